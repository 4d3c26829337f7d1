package access

import "time"

// Reached is how far a Visit has come: in the walk that runs, or up to the error that ended it.
type Reached struct {
	Walked int           // elements of lists and entries of maps that were handed out
	Gave   time.Duration // to the application, while others waited for a processor

	// Path is that of the list or map that is walked, the outermost of several; "" if none is or no
	// expression leads there. At of its Of elements were handed out.
	Path   string
	At, Of int
}

// Reached returns how far the Visit has come. It takes no guard and reads no more than a length.
func (vis *Visit) Reached() Reached {
	r := vis.report.reached
	if w := vis.report.walking; w != nil {
		r = w.reached()
	}
	r.Walked, r.Gave = vis.report.Walked, vis.pace.Gave()
	return r
}

// reached returns where the walk is. Its length is that of now, and an estimate.
func (w *walk) reached() Reached {
	v := w.of
	r := Reached{Path: v.Path(), At: w.handed}
	if n, err := v.val.Len(); err == nil {
		r.Of = n
	}
	if win := v.window; win != nil {
		r.Of = max(min(r.Of, win.hi)-win.lo, 0)
	}
	if w.picks > 0 {
		r.Of = w.picks
	}
	if w.items || w.picks > 0 {
		r.Path = "" // no expression leads to just these
	}
	return r
}
