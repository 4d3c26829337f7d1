package process

import (
	"errors"
	"flag"
	"fmt"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/secret"
)

const (
	maxFlag  = 4 << 10 // bytes of a flag's name or value
	maxFlags = 10_000  // flags: more come from a table that is being changed, or will not be read
)

var errFlags = errors.New("this Go release keeps flags in another way")

// Flags returns the values of the flags of [flag.CommandLine] by their names. A program may change
// them while they are read, so they are read as sightglass reads any memory, and no method of theirs
// is called: the value of a flag that is no text, number or boolean is its type.
func Flags() (map[string]string, error) {
	set, err := behind(inspect.Of(&flag.CommandLine), 2)
	if err != nil {
		return nil, err
	}
	if set, err = field(set, "formal"); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for c := set.Cursor(); !c.Done(); {
		if err := c.Load(); err != nil {
			return nil, err
		}
		for {
			key, elem, ok := c.Next()
			if !ok {
				break
			}
			name, err := key.Scalar(maxFlag)
			if err != nil {
				return nil, err
			}
			value, err := flagValue(elem)
			if err != nil {
				return nil, err
			}
			if secret.ByName(fmt.Sprint(name)) != 0 {
				value = redacted
			}
			if len(out) == maxFlags {
				return nil, fmt.Errorf("there are more than %d flags", maxFlags)
			}
			out[fmt.Sprint(name)] = value
		}
	}
	return out, nil
}

// flagValue reads the value of a *flag.Flag.
func flagValue(pointer inspect.Value) (string, error) {
	f, err := pointer.Elem()
	if err != nil {
		return "", err
	}
	if f, err = field(f, "Value"); err != nil {
		return "", err
	}
	if f, err = f.Elem(); err != nil { // what the interface holds
		return "", err
	}
	what := "(a " + inspect.TypeName(f.Type()) + ")"
	if f.Kind() != reflect.Pointer {
		return what, nil
	}
	if f, err = f.Elem(); err != nil {
		return what, nil
	}
	if secret.ByName(f.Type().Name()) != 0 {
		return redacted, nil
	}
	switch f.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Float64:
		x, err := f.Scalar(maxFlag)
		if err != nil {
			return "", err
		}
		if f.Type().String() == "flag.durationValue" {
			return time.Duration(reflect.ValueOf(x).Int()).String(), nil
		}
		return redactWords(fmt.Sprint(x)), nil
	}
	return what, nil
}

// behind follows n pointers.
func behind(v inspect.Value, n int) (inspect.Value, error) {
	for range n {
		var err error
		if v, err = v.Elem(); err != nil {
			return v, err
		}
	}
	return v, nil
}

// field returns a field of a struct.
func field(v inspect.Value, name string) (inspect.Value, error) {
	index, ok := v.FindField(name)
	if !ok {
		return v, errFlags
	}
	for _, i := range index {
		v = v.Field(i)
	}
	return v, nil
}
