package seed

func init() { maxBytes = 1 << 20 } // what exceeds it should not take long

// Of templates alone.
var (
	Check    = check
	Fill     = fill
	Function = function
)

// MaxMade is how many bytes the templates of one value may make.
const MaxMade = maxMade
