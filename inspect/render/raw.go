package render

import "github.com/sightglass-go/sightglass/inspect"

// Raw returns v as a Source without a policy: nothing is hidden, nothing is guarded. name is the
// expression that reaches v, "" if none does.
func Raw(v inspect.Value, name string) Source { return &raw{v, name} }

// rawScalar bounds the strings that a raw Source returns whole, in bytes.
const rawScalar = 1 << 20

type raw struct {
	v    inspect.Value
	path string
}

func (r *raw) Value() inspect.Value                    { return r.v }
func (r *raw) Path() string                            { return r.path }
func (r *raw) Hidden() bool                            { return false }
func (r *raw) Len() (int, error)                       { return r.v.Len() }
func (r *raw) Scalar() (any, error)                    { return r.v.Scalar(rawScalar) }
func (r *raw) Bytes(off, max int) ([]byte, int, error) { return r.v.Bytes(off, max) }
func (r *raw) Describe() (string, error)               { return r.v.Describe() }

func (r *raw) Consistent(f func(now func(Source) bool)) error {
	f(func(Source) bool { return true })
	return nil
}

func (r *raw) Elem() (Source, error) {
	e, err := r.v.Elem()
	if err != nil || !e.IsValid() {
		return nil, err
	}
	return &raw{e, r.path}, nil
}

func (r *raw) Field(i int) (Source, bool) {
	f := r.v.Field(i)
	path := r.path
	if path != "" {
		path += "." + r.v.Fields()[i].Name
	}
	return &raw{f, path}, true
}

func (r *raw) Each(_ int, f func(key, elem Source) (bool, error)) error {
	isMap := r.v.Shape() == inspect.Map
	c := r.v.Cursor()
	for i := 0; !c.Done(); c.Pause() {
		if err := c.Load(); err != nil {
			return err
		}
		for key, elem, ok := c.Next(); ok; key, elem, ok = c.Next() {
			var k Source
			path := keyPath(r.path, i)
			if isMap {
				k = Raw(key, "")
				path = keyPath(r.path, plainKey(key))
			}
			if more, err := f(k, Raw(elem, path)); err != nil || !more {
				return err
			}
			i++
		}
	}
	return nil
}

// plainKey returns a map's key if it is a scalar, else nil.
func plainKey(key inspect.Value) any {
	for range maxHops {
		if key.Shape() != inspect.Interface {
			break
		}
		elem, err := key.Elem()
		if err != nil {
			return nil
		}
		key = elem
	}
	if key.Shape() != inspect.Scalar {
		return nil
	}
	x, err := key.Scalar(rawScalar)
	if err != nil {
		return nil
	}
	return x
}
