package value

import (
	"encoding/json"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Redacted stands for a value that may not be shown. It is shown as redacted; every other operation
// is an error.
type Redacted struct{ *access.Redacted }

var _ interface {
	Value
	Passable
	Pictured
} = Redacted{}

func (Redacted) Kind() string                 { return "a redacted value" }
func (Redacted) Type() string                 { return "redacted" }
func (x Redacted) Pass(*Thread) (any, error)  { return x.Redacted, nil }
func (Redacted) MarshalJSON() ([]byte, error) { return json.Marshal("<redacted>") }

func (Redacted) picture(*painter, int, string) *render.Node { return &render.Node{Hidden: true} }

// Refuse returns an error if one of the values is redacted. Every operation starts with it or ends
// in it, so that no outcome depends on a secret.
func Refuse(xs ...Value) error {
	for _, x := range xs {
		if r, ok := x.(Redacted); ok {
			return ErrRedacted(r.Path)
		}
	}
	return nil
}

// ErrRedacted is the error of an operation on what is redacted at path, "" where no expression
// reaches it.
func ErrRedacted(path string) error {
	if path == "" {
		path = "this value"
	}
	return fault.New("redacted", "%s is redacted", path).With("it may be shown as redacted, and nothing else")
}
