package inspect

import (
	"fmt"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Captured returns the receiver of the method value that a func holds, as x.Method without a call is
// one, and the name of the func's code, "" for a nil func. The receiver is the zero Value if there is
// none, or its type is not known. Of the variables that other functions capture a running program
// does not know the types. more is called again and again while the type is looked for; its error
// ends that.
func (v Value) Captured(more func() error) (receiver Value, name string, err error) {
	if v.Kind() != reflect.Func {
		return Value{}, "", fmt.Errorf("a %v is no func: %w", v.typ, ErrKind)
	}
	p, err := v.pointer()
	if err != nil || p.IsNil() {
		return Value{}, "", err
	}
	name, at, t, err := peek.Receiver(p, more)
	if err != nil || t == nil {
		return Value{}, name, err
	}
	return v.hop(t, at), name, nil
}
