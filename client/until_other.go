//go:build !unix

package client

import (
	"context"
	"io"
	"os"
)

// interruptible: who waits for a terminal cannot be told to stop, and liner reads no pipe.
const interruptible = false

// until returns a reader of a terminal whose Read ends with the cause of ctx once that ends, and release
// for after the last Read. A goroutine may wait for what is typed next, and take it.
func until(ctx context.Context, f *os.File) (r io.Reader, release func(), err error) {
	return &untilReader{ctx, f}, func() {}, nil
}

// drop does nothing: what was typed ahead cannot be told from what is typed next.
func drop(*os.File) {}

type untilReader struct {
	ctx context.Context
	f   *os.File
}

func (u *untilReader) Read(p []byte) (int, error) {
	type result struct {
		p   []byte
		err error
	}
	read := make(chan result, 1)
	go func() {
		own := make([]byte, len(p))
		n, err := u.f.Read(own)
		read <- result{own[:n], err}
	}()
	select {
	case r := <-read:
		return copy(p, r.p), r.err
	case <-u.ctx.Done():
		return 0, context.Cause(u.ctx)
	}
}
