package inspect

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Describe returns a line about a value that has neither a scalar nor parts: where a func is
// defined, what a chan buffers and who waits at it, whether a lock is held. Of a context it says
// the deadline and why it ended. It is "" for other values.
func (v Value) Describe() (string, error) {
	switch v.Kind() {
	case reflect.Chan:
		return v.channel()
	case reflect.Func:
		return v.function()
	case reflect.UnsafePointer:
		return v.address()
	case reflect.Pointer:
		if v.Shape() == Opaque {
			return v.address()
		}
	case reflect.Struct:
		if describe := v.lens().row.describe; describe != nil {
			return describe(v)
		}
	}
	return "", nil
}

// address writes the word of a pointer.
func (v Value) address() (string, error) {
	p, err := v.pointer()
	return fmt.Sprintf("%#x", p.Addr()), err
}

// channel says how full a chan's buffer is and who waits at the chan.
func (v Value) channel() (string, error) {
	p, err := v.pointer()
	if err != nil || p.IsNil() {
		return "nil", err
	}
	n, c, err := peek.Chan(p)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%d of %d", n, c)
	w, err := peek.Waiting(p, v.typ)
	switch {
	case errors.Is(err, peek.ErrWaiting):
		text += ", who waits is not known in this version of Go"
	case err != nil:
		return text, nil // the layout is unknown, or the chan was being changed
	}
	for _, queue := range []struct {
		n     int
		doing string
	}{{w.Senders, "sending"}, {w.Receivers, "receiving"}} {
		switch {
		case queue.n == peek.MaxWaiting:
			text += fmt.Sprintf(", %d or more %s", queue.n, queue.doing)
		case queue.n > 0:
			text += fmt.Sprintf(", %d %s", queue.n, queue.doing)
		}
	}
	if w.Closed {
		text += ", closed"
	}
	return text, nil
}

// function names a func after the code that its first word points at. The word may be anything.
func (v Value) function() (string, error) {
	p, err := v.pointer()
	if err != nil || p.IsNil() {
		return "nil", err
	}
	pc, err := p.Uintptr()
	if err != nil {
		return "", err
	}
	name, file, line, ok := p.Space().Func(pc)
	if !ok {
		return "", fmt.Errorf("there is no code at %#x: %w", pc, ErrTorn)
	}
	return fmt.Sprintf("%s %s:%d", name, filepath.Base(file), line), nil
}
