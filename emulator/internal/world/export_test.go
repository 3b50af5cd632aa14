package world

// Begin opens a transaction that the test ends.
func (w *World) Begin(writing bool) *Tx {
	tx := new(Tx)
	w.Open(tx, writing)
	return tx
}
