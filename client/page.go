package client

import (
	"bytes"
	"context"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/internal/console"
)

// pageMode is whether long answers wait after each screen.
type pageMode uint8

const (
	pagesLong pageMode = iota // those that are longer than the screen
	neverPages
)

// page shows an answer that is longer than the screen by the user's $PAGER, or else screen by screen,
// and reports whether the user left it by Ctrl-C. Nobody is asked while a list runs or \watch repeats a question.
func (r *remote) page(ctx context.Context, shown []byte) (left bool, err error) {
	if r.paging == neverPages || r.height < 2 || r.prompt == nil || r.prompt.unattended || !r.layout().Longer(shown, r.height-1) {
		_, err := r.out.Write(shown)
		return false, err
	}
	if pager := os.Getenv("PAGER"); pager != "" {
		return false, r.prompt.asBefore(func() error { return shell(pager, shown, r.out, lessOptions()...) })
	}
	return r.layout().Page(r.out, rawKeys{ctx}, shown, r.height-1)
}

// lessOptions returns what less needs in its environment to show colors, and to leave an answer on the
// screen, unless the user has an own opinion.
func lessOptions() []string {
	if _, ok := os.LookupEnv("LESS"); ok {
		return nil
	}
	return []string{"LESS=FRX"}
}

// rawKeys reads keys as they are pressed, Ctrl-C too. One that is pressed between two reads, when the
// terminal makes a signal of it, ends ctx, and so the next read.
type rawKeys struct{ ctx context.Context }

// Read reads one byte: what follows is for others.
func (k rawKeys) Read(b []byte) (int, error) {
	fd := int(os.Stdin.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return 0, err
	}
	defer term.Restore(fd, before)
	var in io.Reader = os.Stdin
	if interruptible {
		reader, release, err := until(k.ctx, os.Stdin)
		if err != nil {
			return 0, err
		}
		defer release()
		in = reader
	}
	return in.Read(b[:min(1, len(b))])
}

// laidOut returns an answer as it stands on the screen.
func (r *remote) laidOut(a console.AfarAnswer) ([]byte, error) {
	var b bytes.Buffer
	err := r.layout().WriteAnswer(&b, a)
	return b.Bytes(), err
}
