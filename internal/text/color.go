package text

// Faint returns s in faint letters (SGR 2 of ECMA-48), or s itself without color.
func Faint(s string, color bool) string { return rendered(s, "2", color) }

// Red returns s in red letters (SGR 31), or s itself without color.
func Red(s string, color bool) string { return rendered(s, "31", color) }

// Bold returns s in bold letters (SGR 1), or s itself without color.
func Bold(s string, color bool) string { return rendered(s, "1", color) }

// rendered returns s with the attribute sgr (Select Graphic Rendition).
func rendered(s, sgr string, color bool) string {
	if !color {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}
