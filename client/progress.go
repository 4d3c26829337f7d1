package client

import (
	"bytes"
	"io"
	"sync"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
)

// drawnProgress is a row of the terminal that tells how far an evaluation has come. It is there from
// ProgressAfter on, and gone when end returns.
type drawnProgress struct {
	layout console.Afar
	out    io.Writer

	mu    sync.Mutex
	drawn bool
	over  bool
}

func (r *remote) drawProgress() *drawnProgress {
	return &drawnProgress{layout: r.layout(), out: r.out}
}

// tell draws how far the evaluation has come.
func (d *drawnProgress) tell(p eval.Progress) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over || p.Time < console.ProgressAfter {
		return
	}
	d.drawn = true
	var b bytes.Buffer
	d.layout.WriteProgress(&b, &p)
	d.out.Write(b.Bytes())
}

func (d *drawnProgress) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.drawn {
		d.layout.WriteProgress(d.out, nil)
	}
	d.over, d.drawn = true, false
}
