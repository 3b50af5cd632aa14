package rest

// CompareText is open to the test of it.
var CompareText = compareText
