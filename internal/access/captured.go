package access

import "github.com/sightglass-go/sightglass/inspect"

// Captured returns the receiver of the method value that a func holds; see [inspect.Value.Captured].
// receiver is nil if there is none, or it is not known.
func (v *View) Captured() (receiver *View, name string, err error) {
	t, err := v.targetFor("captured variables")
	if err != nil {
		return nil, "", err
	}
	if t.Shape() != inspect.Func {
		return nil, "", t.typeError("is no function")
	}
	if err := v.visit.meter.read(1); err != nil {
		return nil, "", err
	}
	t.markUsed()
	var held inspect.Value
	err = t.read(false, func(val inspect.Value) (err error) {
		held, name, err = val.Captured(func() error { return v.visit.meter.read(0) })
		return err
	})
	if err != nil || !held.IsValid() {
		return nil, name, err
	}
	c := t.newChild(held, place{step: stepElem})
	c.boxed = true // a receiver that is no pointer is a copy that nobody can change
	return c, name, nil
}
