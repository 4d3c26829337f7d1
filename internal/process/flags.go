package process

import (
	"flag"
	"fmt"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// maxFlag bounds the bytes that are read of a flag's name or value.
const maxFlag = 4 << 10

// Flags returns the values of the flags of [flag.CommandLine] by their names. A program may change
// them while they are read, so they are read as sightglass reads any memory, and no method of theirs
// is called: the value of a flag that is no text, number or boolean is its type.
func Flags() (map[string]string, error) {
	set, err := inspect.Of(flag.CommandLine).Elem()
	if err != nil {
		return nil, err
	}
	index, ok := set.FindField("formal")
	if !ok {
		return nil, fmt.Errorf("this Go release keeps flags in another way")
	}
	for _, i := range index {
		set = set.Field(i)
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
				value = Redacted
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
	index, ok := f.FindField("Value")
	if !ok {
		return "", fmt.Errorf("this Go release keeps flags in another way")
	}
	for _, i := range index {
		f = f.Field(i)
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
		return Redacted, nil
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
