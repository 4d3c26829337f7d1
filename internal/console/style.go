package console

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

func faint(s string, st style) string  { return colored(s, "\x1b[2m", st) }
func red(s string, st style) string    { return colored(s, "\x1b[31m", st) }
func yellow(s string, st style) string { return colored(s, "\x1b[33m", st) }

func colored(s, sequence string, st style) string {
	if !st.color.value() {
		return s
	}
	return sequence + s + "\x1b[0m"
}
