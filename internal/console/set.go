package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// The widths that may be set: less holds no prompt, more no screen has.
const (
	minWidth = 20
	maxWidth = 1000
)

func runSet(_ context.Context, s *Session, a *answer, args string) error {
	if args == "" {
		st := s.currentStyle()
		_, err := fmt.Fprintf(a, "width  %s\ncolor  %s\n",
			st.width.describe(strconv.Itoa(st.width.value())), st.color.describe(onOff(st.color.value())))
		return err
	}
	name, value, _ := strings.Cut(args, " ")
	complaint := s.set(name, strings.TrimSpace(value))
	if complaint == "" {
		return nil
	}
	_, err := fmt.Fprintln(a, printable(complaint))
	return err
}

// set changes a setting, or says what is wrong.
func (s *Session) set(name, value string) (complaint string) {
	switch name {
	case "width":
		n, err := strconv.Atoi(value)
		if value != "auto" && (err != nil || n < minWidth || n > maxWidth) {
			return fmt.Sprintf("width %q is no number of columns from %d to %d; set width 100, or set width auto", value, minWidth, maxWidth)
		}
		s.restyle(func(st *style) { st.width.user, st.width.fixed = n, value != "auto" })
	case "color":
		if value != "on" && value != "off" && value != "auto" {
			return fmt.Sprintf("color %q is neither on, off nor auto; set color on", value)
		}
		s.restyle(func(st *style) { st.color.user, st.color.fixed = value == "on", value != "auto" })
	default:
		return fmt.Sprintf("unknown setting %q; there are width and color: set width 100", name)
	}
	return ""
}

func (s setting[T]) describe(value string) string {
	if s.fixed {
		return value
	}
	return value + "  (auto)"
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
