import { SHARED, sharedCases, truth } from "./truth";

truth("PyTorch and pickle files", SHARED, sharedCases(/\.(pt|pth|ckpt|bin|pkl|pickle)$/), 140);
truth(
	"TorchScript archives and archives with pickles",
	SHARED,
	sharedCases(/(torchsharp|picklescan).*\.(dat|zip)$/),
	10,
);
