package console

import "github.com/sightglass-go/sightglass/internal/text"

// The size of a terminal that does not tell its own.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// style is how answers are laid out.
type style struct {
	width  setting[int]
	height int
	color  setting[bool]
	json   bool // answers are JSON, each on one line
	keyed  bool // what is typed during an evaluation is seen
	echoed bool // the line stands above its answer, behind a prompt, as it was typed
}

// setting is what the terminal says, unless the user said something else.
type setting[T any] struct {
	terminal T
	user     T
	fixed    bool // by the user
}

func (s setting[T]) value() T {
	if s.fixed {
		return s.user
	}
	return s.terminal
}

func faint(s string, st style) string { return text.Faint(s, st.color.value()) }
func red(s string, st style) string   { return text.Red(s, st.color.value()) }
