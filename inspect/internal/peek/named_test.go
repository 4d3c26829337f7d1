package peek

import (
	"errors"
	"reflect"
	"testing"
)

type local struct{ n [3]int }

func (local) Get() int  { return 1 }
func (l *local) Inc()   { l.n[0]++ }
func generic[T any]() T { var x T; return x }

type box[T any] struct{ x T }

func (b *box[T]) Get() T { return b.x }

// TestReceiver: the receiver of a method value is found by the name of its code.
func TestReceiver(t *testing.T) {
	var value local
	value.n = [3]int{1, 2, 3}
	of := func(f any) (string, Ref, reflect.Type, error) {
		v := reflect.New(reflect.TypeOf(f))
		v.Elem().Set(reflect.ValueOf(f))
		p, err := Of(v).Ptr(true)
		if err != nil {
			t.Fatal(err)
		}
		return Receiver(p, func() error { return nil })
	}
	_, at, typ, err := of(value.Inc)
	if word, _ := at.Uintptr(); err != nil || typ != reflect.TypeFor[*local]() || word != uintptr(reflect.ValueOf(&value).Pointer()) {
		t.Errorf("%v, %v", typ, err)
	}
	_, at, typ, err = of(value.Get)
	var got [3]uintptr
	if at.Words(got[:]); err != nil || typ != reflect.TypeFor[local]() || got != [3]uintptr{1, 2, 3} {
		t.Errorf("%v, %v, %v", typ, err, got)
	}
	for _, f := range []any{TestReceiver, func() { _ = value }, generic[int], (&box[int]{}).Get, (*local).Inc} {
		if name, _, typ, err := of(f); typ != nil || err != nil || name == "" {
			t.Errorf("%T is a method value of %v, %v", f, typ, err)
		}
	}
	stop := errors.New("stop")
	if x, err := Here().binary().named("no/such", "Type", func() error { return stop }); x != nil || err != stop {
		t.Errorf("%v, %v", x, err)
	}
	if x, err := Here().binary().named("no/such", "Type", func() error { return nil }); x != nil || err != nil {
		t.Errorf("%v, %v", x, err)
	}
}
