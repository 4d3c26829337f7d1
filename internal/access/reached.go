package access

import "time"

// Reached is how far a Visit came before an error ended it.
type Reached struct {
	Walked int           // elements of lists and entries of maps that were handed out
	Gave   time.Duration // to the application, while others waited for a processor

	// Path is that of the list or map whose walk ended, the outermost of several; "" if none did or
	// no expression leads there. At of its Of elements were handed out.
	Path   string
	At, Of int
}

// Reached returns how far the Visit has come. It takes no guard and reads nothing.
func (vis *Visit) Reached() Reached {
	r := vis.report.reached
	r.Walked, r.Gave = vis.report.Walked, vis.pace.Gave()
	return r
}

// stopped reports where the walk has ended. Its length is that of now, and an estimate.
func (w *walk) stopped() {
	v := w.of
	r := Reached{Path: v.Path(), At: w.handed}
	if n, err := v.val.Len(); err == nil {
		r.Of = n
	}
	if win := v.window; win != nil {
		r.Of = max(min(r.Of, win.hi)-win.lo, 0)
	}
	if w.items {
		r.Path = "" // what waits in a channel has no parts that can be asked for
	}
	v.visit.report.reached = r
}
