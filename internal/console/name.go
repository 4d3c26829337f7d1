package console

import (
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Name tells one program from another, in the banner and in the prompt. The zero Name leaves the
// prompt without a name.
type Name struct {
	Program string // empty: that of the executable, in the banner
	Host    string // where it runs; empty: not told
}

// Program returns the name of the running executable.
func Program() string { return program(os.Args, mainModule().Path) }

func mainModule() debug.Module {
	if build, ok := debug.ReadBuildInfo(); ok {
		return build.Main
	}
	return debug.Module{}
}

// program returns the name of the process, as in args, or that of its main module if args is empty.
func program(args []string, module string) string {
	if len(args) > 0 && args[0] != "" {
		return strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	}
	if module != "" {
		return path.Base(module)
	}
	return "a program"
}

// The room for a name in the prompt, in columns.
const (
	leastName = 12
	mostName  = 40
)

// short returns n for a prompt on a terminal of that many columns, such as shop@web-7: at most half
// of a row. It is empty if there is too little room to tell one name from another. Name and host may
// come from anywhere, so what does not print is escaped.
func (n Name) short(columns int) string {
	room := min(mostName, columns/2)
	if room < leastName {
		return ""
	}
	program, host := text.Escape(n.Program), text.Escape(hostLabel(n.Host))
	switch {
	case host == "":
		return middle(program, room)
	case program == "":
		return middle(host, room)
	}
	// The host is what differs most often, so the program gives way first.
	program = middle(program, max(room/3, room-1-text.Width(host)))
	return program + "@" + middle(host, room-1-text.Width(program))
}

// hostLabel returns the first label of a host's domain name, or all of an address.
func hostLabel(host string) string {
	label, _, _ := strings.Cut(host, ".")
	if label == "" || strings.Trim(label, "0123456789") == "" {
		return host
	}
	return label
}

// middle returns s in at most that many columns, with … for what stands before its end: pods and
// machines of one kind differ at the end of their names.
func middle(s string, columns int) string {
	if columns <= 0 || text.Width(s) <= columns {
		return text.Fit(s, columns)
	}
	head := text.Fit(s, (columns-1)/3)
	runes := []rune(s[len(head):])
	from, width := len(runes), columns-1-text.Width(head)
	for from > 0 && text.RuneWidth(runes[from-1]) <= width {
		from--
		width -= text.RuneWidth(runes[from])
	}
	for from < len(runes) && text.RuneWidth(runes[from]) == 0 {
		from++ // it combines with a character that is left out
	}
	return head + "…" + string(runes[from:])
}

// SetName sets which program the session is with.
func (s *Session) SetName(n Name) { s.restyle(func(st *style) { st.name = n }) }

// Prompt returns what stands before the line being typed. Only a terminal is told the name: what a
// script reads is the same on each host.
func (s *Session) Prompt() string { return s.currentStyle().prompt(s.level.acts()) }

func (st style) prompt(acts bool) string {
	sign := prompt
	if acts {
		sign = actsPrompt
	}
	if name := st.shortName(); name != "" {
		return name + " " + sign
	}
	return sign
}

func (st style) shortName() string {
	if !st.echoed {
		return ""
	}
	return st.name.short(st.width.terminal)
}

// lead returns the columns of the prompt before an echoed line.
func (st style) lead() int {
	if name := st.shortName(); name != "" {
		return text.Width(name) + 1 + len(prompt)
	}
	return len(prompt)
}
