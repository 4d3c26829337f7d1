package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// The widths that may be set: a prompt needs more than less, and no screen has more.
const (
	minWidth = 20
	maxWidth = 1000
)

// option is a row of the table of what set changes.
type option struct {
	name    string
	values  string // as help shows them
	summary string // one line, without a full stop
	get     func(s *Session) (value string, fixed bool)
	set     func(s *Session, a *answer, value string) error // "auto" undoes what was set
}

// options returns the table, in the order of help.
func options() []option {
	return []option{
		{"width", "COLUMNS", "how many columns answers are laid out for", getWidth, setWidth},
		switchOption("color", "whether answers are colored",
			func(st style) bool { return st.color.value() }, func(st *style) *setting[bool] { return &st.color }),
		switchOption("page", "whether a long answer stops after each screen",
			style.pages, func(st *style) *setting[bool] { return &st.page }),
		{"format", "text, json", "answers for people, or each as JSON on one line", getFormat, setFormat},
		displayOption("depth", "how deep an answer is shown", 100, func(l *eval.Limits) *int { return &l.Show.Depth }),
		itemsOption(),
		displayOption("text", "how many bytes of a string are shown", 1<<20, func(l *eval.Limits) *int { return &l.Show.Bytes }),
		{"time", "DURATION", "how long an evaluation may take", getTime, setTime},
		budgetOption("entries", "how many entries an evaluation may read", func(l *eval.Limits) *int { return &l.Entries }),
		budgetOption("memory", "how many bytes an evaluation may keep", func(l *eval.Limits) *int { return &l.Bytes }),
	}
}

func optionNames() []string {
	var names []string
	for _, o := range options() {
		names = append(names, o.name)
	}
	return names
}

// optionValues returns the words that the option of that name may be set to.
func optionValues(name string) []string {
	for _, o := range options() {
		if o.name == name {
			words := strings.Split(o.values, ", ")
			words = slices.DeleteFunc(words, func(w string) bool { return w == strings.ToUpper(w) }) // it stands for any
			return append(words, "auto")
		}
	}
	return nil
}

func runSet(_ context.Context, s *Session, a *answer, args string) error {
	name, value, _ := strings.Cut(args, " ")
	for _, o := range options() {
		switch {
		case args == "":
			if err := o.show(s, a); err != nil {
				return err
			}
		case o.name == name && value == "":
			if err := o.show(s, a); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a, "set %s %s, auto: %s\n", o.name, o.values, o.summary)
			return err
		case o.name == name:
			return o.set(s, a, strings.TrimSpace(value))
		}
	}
	if args != "" {
		if strings.Contains(args, "=") {
			return complain("set changes how answers look; %s names an answer", strings.TrimPrefix(args, "var "))
		}
		return complain("there is no setting %q; the settings are %s: set width 100", name, strings.Join(optionNames(), ", "))
	}
	return nil
}

// show shows what is set.
func (o option) show(s *Session, a *answer) error {
	value, fixed := o.get(s)
	auto := ""
	if !fixed {
		auto = "  (auto)"
	}
	_, err := fmt.Fprintf(a, "%-7s  %11s%s\n", o.name, value, auto)
	return err
}

func getWidth(s *Session) (string, bool) {
	w := s.currentStyle().width
	return strconv.Itoa(w.value()), w.fixed
}

func setWidth(s *Session, _ *answer, value string) error {
	n, err := strconv.Atoi(value)
	if value != "auto" && (err != nil || n < minWidth || n > maxWidth) {
		return complain("width %q is not a number of columns from %d to %d; set width 100, or set width auto", value, minWidth, maxWidth)
	}
	s.restyle(func(st *style) { st.width.user, st.width.fixed = n, value != "auto" })
	return nil
}

// switchOption returns an option that is on or off. on reports which, whoever has set it.
func switchOption(name, summary string, on func(style) bool, field func(*style) *setting[bool]) option {
	return option{name, "on, off", summary,
		func(s *Session) (string, bool) {
			st := s.currentStyle()
			return onOff(on(st)), field(&st).fixed
		},
		func(s *Session, _ *answer, value string) error {
			if value != "on" && value != "off" && value != "auto" {
				return complain("%s %q is not on, off or auto; set %s on", name, value, name)
			}
			s.restyle(func(st *style) { field(st).user, field(st).fixed = value == "on", value != "auto" })
			return nil
		}}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func getFormat(s *Session) (string, bool) {
	if s.currentStyle().json {
		return "json", true
	}
	return "text", false
}

func setFormat(s *Session, _ *answer, value string) error {
	if value != "text" && value != "json" && value != "auto" {
		return complain("format %q is not text or json; set format json", value)
	}
	s.restyle(func(st *style) { st.json = value == "json" })
	return nil
}

// displayOption returns an option for a limit of what is shown, which does not bound what is
// computed.
func displayOption(name, summary string, most int, field func(*eval.Limits) *int) option {
	return option{name, "NUMBER", summary,
		func(s *Session) (string, bool) { return s.limit(field) },
		func(s *Session, _ *answer, value string) error {
			n, err := strconv.Atoi(value)
			if value != "auto" && (err != nil || n < 1 || n > most) {
				return complain("%s %q is not a number from 1 to %s; set %s 10, or set %s auto", name, value, text.Thousands(most), name, name)
			}
			*field(&s.lower) = n
			return nil
		}}
}

// itemsOption returns the option for the elements shown, which says what else bounds them.
func itemsOption() option {
	o := displayOption("items", "how many elements of a list or map are shown", 100_000, func(l *eval.Limits) *int { return &l.Show.Items })
	set := o.set
	o.set = func(s *Session, a *answer, value string) error {
		if err := set(s, a, value); err != nil {
			return err
		}
		if most := s.limits.Show.Nodes; s.lower.Show.Items > most {
			_, err := fmt.Fprintf(a, "at most %s values are shown in all: the application's Limits.Show.Nodes\n", text.Thousands(most))
			return err
		}
		return nil
	}
	return o
}

// budgetOption returns an option for a limit of evaluations, which can be lowered but not raised.
func budgetOption(name, summary string, field func(*eval.Limits) *int) option {
	return option{name, "NUMBER", summary,
		func(s *Session) (string, bool) { return s.limit(field) },
		func(s *Session, _ *answer, value string) error {
			n, err := strconv.Atoi(value)
			most := *field(&s.limits)
			if value != "auto" && (err != nil || n < 1 || n > most) {
				return complain("%s %q is not a number from 1 to %s, the most that the application allows; set %s 1000, or set %s auto",
					name, value, text.Thousands(most), name, name)
			}
			*field(&s.lower) = n
			return nil
		}}
}

// limit returns the value of a limit, and whether the user set it.
func (s *Session) limit(field func(*eval.Limits) *int) (value string, fixed bool) {
	if n := *field(&s.lower); n > 0 {
		return text.Thousands(n), true
	}
	return text.Thousands(*field(&s.limits)), false
}

func getTime(s *Session) (string, bool) {
	if s.lower.Time > 0 {
		return s.lower.Time.String(), true
	}
	return s.limits.Time.String(), false
}

func setTime(s *Session, _ *answer, value string) error {
	d, err := time.ParseDuration(value)
	most := text.DurationWord(s.limits.MaxTime)
	switch {
	case value == "auto":
	case err != nil || d <= 0:
		return complain("time %q is not a duration up to %s; set time 500ms, or set time auto", value, most)
	case d > s.limits.MaxTime:
		return complain("time %q is too long: at most %s, the server's Limits.MaxTime; set time %s, or set time auto", value, most, most)
	}
	s.lower.Time = d
	return nil
}

// setDetail returns the help on set.
func setDetail() string {
	var b strings.Builder
	b.WriteString("Without arguments it shows the settings. They are:\n")
	for _, o := range options() {
		fmt.Fprintf(&b, "  set %-20s %s\n", o.name+" "+o.values, o.summary)
	}
	b.WriteString("Answers stop on a terminal that tells its size, and never in plain lines or JSON. ")
	b.WriteString("The value auto undoes a setting. depth, items and text change what is shown, and never what is " +
		"computed. entries and memory can be set up to what the application allows, and time up to its Limits.MaxTime.")
	return b.String()
}
