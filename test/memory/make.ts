// Makes the file of one format:  make.js FORMAT FOLDER;  without arguments it lists the formats. Answers as JSON.
import { FILES } from "./files";

const [format, folder] = process.argv.slice(2);
const make = FILES[format ?? ""];
if (make && folder) console.log(JSON.stringify(make(folder)));
else console.log(JSON.stringify(Object.keys(FILES)));
