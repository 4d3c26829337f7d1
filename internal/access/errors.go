package access

import (
	"errors"
	"fmt"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/literal"
	"github.com/sightglass-go/sightglass/internal/text"
)

// ErrNil matches, with errors.Is, every error that says that something was nil.
var ErrNil = errors.New("nil")

// NameError says that a name is not exposed.
type NameError struct {
	Name string
	Near string // the name that was probably meant, "" if none is close
}

func (e *NameError) Error() string {
	return "unknown name " + e.Name + suggestion(e.Near, "; dir() lists what is exposed")
}

// UnreadError says that nothing can be read of what is exposed.
type UnreadError struct {
	What string // a name, or what it stands for
	Err  error  // why
}

func (e *UnreadError) Error() string { return e.What + " cannot be read: " + e.Err.Error() }

func (e *UnreadError) Unwrap() error { return e.Err }

// NilError says that a value was nil where an operation needs more. It is an [ErrNil].
type NilError struct {
	Path string // "" where no expression reaches it
	Op   string // the operation: ".name", "[3]", "length"
}

func (e *NilError) Error() string {
	return fmt.Sprintf("%s is nil: it has no %s; ?. and ?? read past nil", orType(e.Path, ""), e.Op)
}

// Is reports whether target is ErrNil.
func (e *NilError) Is(target error) bool { return target == ErrNil }

// FieldError says that a value has no such field.
type FieldError struct {
	Path   string
	Type   string
	Name   string
	Near   string // the field or method that was probably meant
	Method bool   // Name is a method, and was not called
}

func (e *FieldError) Error() string {
	what := orType(e.Path, e.Type)
	if e.Path != "" && e.Type != "" {
		what += " (" + e.Type + ")"
	}
	if e.Method {
		return fmt.Sprintf("%s has no field %s, but a method: write %s()", what, e.Name, e.Name)
	}
	end := ""
	if e.Path != "" {
		end = "; dir(" + e.Path + ") lists what it has"
	}
	return what + " has no field " + e.Name + suggestion(e.Near, end)
}

// AmbiguousError says that a name selects more than one field of a struct, or a field and a method,
// so that Go does not compile it.
type AmbiguousError struct {
	Path    string
	Type    string
	Name    string
	Fields  []string // what selects each, behind the struct and a dot; at least one
	Methods []string // the same of methods; Name alone for one of the struct itself, which hides the fields
}

func (e *AmbiguousError) Error() string {
	what := orType(e.Path, e.Type)
	if e.Path != "" {
		what += " (" + e.Type + ")"
	}
	all := e.all("")
	if e.hidden() {
		fields := "field"
		if len(e.Fields) > 1 {
			fields = "fields"
		}
		what += " has a method " + e.Name + ", which hides the " + fields + " " + text.List(e.Fields, "and")
	} else {
		what += " has more than one " + e.Name + ": " + text.List(all, "and")
	}
	return what + "; write " + text.List(e.all(e.Path+"."), "or")
}

// hidden reports whether a method of the struct hides its fields.
func (e *AmbiguousError) hidden() bool { return len(e.Methods) > 0 && e.Methods[0] == e.Name }

// note is the error for listings.
func (e *AmbiguousError) note() string {
	if e.hidden() {
		return "hidden by the method: write " + text.List(e.Fields, "or")
	}
	return "ambiguous: write " + text.List(e.all(""), "or")
}

// all lists what the name could select, each with a prefix.
func (e *AmbiguousError) all(prefix string) (list []string) {
	for _, f := range e.Fields {
		list = append(list, prefix+f)
	}
	for _, m := range e.Methods {
		list = append(list, prefix+m+"()")
	}
	return list
}

// maxShownKey bounds the bytes of a key that an error shows.
const maxShownKey = 256

// KeyError says that a map has no such key.
type KeyError struct {
	Path string
	Key  any
	Type string // that was asked for, "" for any
	Near string // the key that was probably meant, among string keys
}

func (e *KeyError) Error() string {
	near := e.Near
	if near != "" {
		near = text.Literal(near)
	}
	what := "no such key"
	if s, is := e.Key.(string); is && len(s) > maxShownKey {
		what = "no key " + text.Literal(s[:maxShownKey]) + "…"
	} else if key, ok := literal.Of(e.Key); ok {
		what = "no key " + key
		if e.Type != "" {
			what = "no key " + e.Type + "(" + key + ")"
		}
	}
	return orType(e.Path, "the map") + " has " + what + suggestion(near, "; get() and ?. give nil instead")
}

// IndexError says that an index is out of a list's range.
type IndexError struct {
	Path  string
	Index int
	Len   int
}

func (e *IndexError) Error() string {
	elements := "elements"
	if e.Len == 1 {
		elements = "element"
	}
	return fmt.Sprintf("index %d is out of range: %s has %d %s", e.Index, orType(e.Path, "the list"), e.Len, elements)
}

// TypeError says that a value is not of the kind that an operation works on.
type TypeError struct {
	Path string
	Type string
	Why  string // what it cannot do, and what to write instead
	long bool   // the value is a text that is too long to be copied
}

func (e *TypeError) Error() string {
	if e.Path == "" {
		return e.Type + " " + e.Why
	}
	return e.Path + " (" + e.Type + ") " + e.Why
}

// typeError returns the TypeError for v.
func (v *View) typeError(why string) *TypeError {
	return &TypeError{Path: v.Path(), Type: inspect.TypeName(v.val.Type()), Why: why}
}

// MethodError says why a method, a Func or a lens was not called, or how its call failed.
type MethodError struct {
	Type    string // of the receiver; "" for a Func
	Method  string // "" for a lens
	Why     string
	Refused bool // policy does not allow the call: it never began
}

func (e *MethodError) Error() string {
	switch {
	case e.Type == "":
		return "function " + e.Method + " " + e.Why
	case e.Method == "":
		return "the lens of " + e.Type + " " + e.Why
	}
	return "method " + e.Method + " of " + e.Type + " " + e.Why
}

// GuardError says that a guard could not be had.
type GuardError = guard.Error

// RedactedError says that an operation depends on a value that must not be shown.
type RedactedError struct {
	Path string
	Keys bool // it depends on the keys of the map at Path
}

func (e *RedactedError) Error() string {
	if e.Keys {
		return "the keys of " + orType(e.Path, "the map") + " are redacted: none can be looked up"
	}
	return orType(e.Path, "the value") + " is redacted: nothing can be asked of it"
}

// orType names a value by its path, or else by what it is.
func orType(path, what string) string {
	switch {
	case path != "":
		return path
	case what != "":
		return what
	}
	return "the value"
}

// suggestion ends an error with the near name, or else with what else helps.
func suggestion(near, otherwise string) string {
	if near != "" {
		return "; did you mean " + near + "?"
	}
	return otherwise
}
