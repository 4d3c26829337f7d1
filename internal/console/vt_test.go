package console

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/internal/text"
)

// vt is a terminal for tests: a VT100 that wraps late, as xterm does, and never scrolls. It fails
// on anything that the editor has no right to send.
type vt struct {
	t       *testing.T
	width   int
	rows    [][]string // cells; the second of a wide character is ""
	row     int
	col     int
	wraps   bool // the last column was written: the next character wraps
	partial []byte
	marks   bool // it was asked to mark what is pasted
}

func newVT(t *testing.T, width int) *vt { return &vt{t: t, width: width} }

func (v *vt) Write(p []byte) (int, error) {
	v.partial = append(v.partial, p...)
	for len(v.partial) > 0 {
		n := v.step(v.partial)
		if n == 0 {
			break
		}
		v.partial = v.partial[n:]
	}
	return len(p), nil
}

// step handles one character or sequence and returns its length, or 0 if it is incomplete.
func (v *vt) step(p []byte) int {
	switch {
	case p[0] == 0x1b:
		return v.sequence(p)
	case p[0] == '\r':
		v.col, v.wraps = 0, false
		return 1
	case p[0] == '\n': // stands for a new line
		v.row, v.col, v.wraps = v.row+1, 0, false
		return 1
	case p[0] < 0x20 || p[0] == 0x7f:
		v.t.Fatalf("control character %#x was written", p[0])
	case !utf8.FullRune(p):
		return 0
	}
	r, n := utf8.DecodeRune(p)
	if r == utf8.RuneError && n == 1 {
		v.t.Fatalf("invalid UTF-8 was written: %q", p)
	}
	if r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e {
		v.t.Fatalf("character %U was written", r)
	}
	v.print(r)
	return n
}

func (v *vt) print(r rune) {
	w := text.RuneWidth(r)
	if w == 0 {
		if i := v.col - 1; v.wraps {
			v.rows[v.row][v.col] += string(r)
		} else if i >= 0 {
			v.cells()[i] += string(r)
		}
		return
	}
	if v.wraps || v.col+w > v.width {
		v.row, v.col, v.wraps = v.row+1, 0, false
	}
	row := v.cells()
	row[v.col] = string(r)
	if w == 2 {
		row[v.col+1] = ""
	}
	if v.col += w; v.col == v.width {
		v.col, v.wraps = v.width-1, true
	}
}

// cells returns the cursor's row.
func (v *vt) cells() []string {
	for len(v.rows) <= v.row {
		v.rows = append(v.rows, blank(v.width))
	}
	return v.rows[v.row]
}

func blank(n int) []string { return strings.Split(strings.Repeat(" ", n), "") }

func (v *vt) sequence(p []byte) int {
	i := 2
	for ; i < len(p) && p[i] < 0x40; i++ {
	}
	if i >= len(p) {
		return 0
	}
	if p[1] != '[' {
		v.t.Fatalf("sequence %q was written", p[:i])
	}
	n, _ := strconv.Atoi(string(p[2:i]))
	by := max(1, n)
	v.wraps = v.wraps && strings.IndexByte("mhl", p[i]) >= 0
	switch p[i] {
	case 'A':
		v.row = max(0, v.row-by)
	case 'B':
		v.row += by
	case 'C':
		v.col = min(v.width-1, v.col+by)
	case 'D':
		v.col = max(0, v.col-by)
	case 'H':
		v.row, v.col = 0, 0
	case 'J':
		if n == 2 {
			v.rows = nil
			break
		}
		copy(v.cells()[v.col:], blank(v.width-v.col))
		v.rows = v.rows[:v.row+1]
	case 'm':
	case 'h', 'l':
		if string(p[2:i]) != "?2004" {
			v.t.Fatalf("mode %q was set", p[:i+1])
		}
		v.marks = p[i] == 'h'
	default:
		v.t.Fatalf("sequence %q was written", p[:i+1])
	}
	return i + 1
}

// resize wraps all rows anew, as most terminals do, taking a full row to go on in the next.
func (v *vt) resize(width int) {
	var logical []string
	at := -1
	old := v.rows
	row, col := v.row, v.col
	v.cells()
	*v = vt{t: v.t, width: width}
	flush := func() {
		for i, cell := range logical {
			if i == at {
				row, col = v.row, v.col
				if v.wraps {
					row, col = v.row+1, 0
				}
			}
			for j, r := range cell {
				if j == 0 || text.RuneWidth(r) == 0 {
					v.print(r)
				}
			}
		}
		if at >= len(logical) {
			row, col = v.row, min(v.width-1, v.col+at-len(logical))
		}
		logical, at = nil, -1
	}
	for i, cells := range old {
		used := len(cells)
		for used > 0 && cells[used-1] == " " {
			used--
		}
		if i == row {
			at = len(logical) + col
		}
		logical = append(logical, cells[:used]...)
		if used < len(cells) || i == len(old)-1 {
			flush()
			v.row, v.col, v.wraps = v.row+1, 0, false
		}
	}
	v.row, v.col = row, col
}

// String returns what the screen shows, with │ before the cell of the cursor.
func (v *vt) String() string {
	v.cells()
	var b strings.Builder
	for i, cells := range v.rows {
		line := ""
		for j, cell := range cells {
			if i == v.row && j == v.col {
				line += "│"
			}
			line += cell
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}
