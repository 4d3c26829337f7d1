package console

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// names completes a few names.
func names(all ...string) func(string, int) []eval.Completion {
	return func(line string, pos int) []eval.Completion {
		start := strings.LastIndexAny(line[:pos], " .(") + 1
		var found []eval.Completion
		for _, name := range all {
			if strings.HasPrefix(name, line[start:pos]) {
				found = append(found, eval.Completion{Start: start, Text: name, Detail: "a " + name})
			}
		}
		return found
	}
}

var proposals = names("cache", "catalog", "count", "counter", "Größe")

// editing is an editor with a terminal and without a session. It drops the lines that it takes.
type editing struct {
	editor  editor
	decoder decoder
	screen  *vt
	lines   []string
	left    bool
	dropped int
}

func edit(t *testing.T, width int) *editing {
	e := &editing{screen: newVT(t, width)}
	e.editor = editor{echo: true, max: 200, nesting: 100, history: &history{}}
	e.editor.screen.width = width
	e.editor.begin()
	e.show()
	return e
}

func (e *editing) show() {
	e.editor.refresh()
	e.screen.Write(e.editor.screen.take())
}

func (e *editing) feed(p []byte) {
	for _, b := range p {
		for _, k := range e.decoder.decode(b) {
			switch e.editor.key(k) {
			case accept:
				line := e.editor.take()
				e.editor.history.add(line)
				e.lines = append(e.lines, line)
				e.editor.begin()
			case tooLong:
				e.lines = append(e.lines, "TOO LONG")
				e.editor.begin()
			case interrupt:
				e.dropped++
				e.editor.leaveLine("^C")
				e.editor.endPaste()
				e.editor.begin()
			case completes:
				e.editor.propose(proposals(e.editor.line()))
			case leave:
				e.left = true
			}
		}
	}
	e.show()
}

const (
	up    = "\x1b[A"
	down  = "\x1b[B"
	right = "\x1b[C"
	left  = "\x1b[D"
)

var editorTests = []struct {
	name   string
	width  int
	in     string
	screen string
	lines  string // those taken, separated by |
}{
	{"typed", 20, "cache", "> cache│", ""},
	{"entered", 20, "cache\n", "> cache\n> │", "cache"},
	{"CR", 20, "cache\r", "> cache\n> │", "cache"},
	{"left", 20, "cache" + left + left + "X", "> cacX│he", ""},
	{"application mode", 20, "cache\x1bOD\x1bODX\x1bOC", "> cacXh│e", ""},
	{"home", 20, "ab\x1b[HX", "> X│ab", ""},
	{"home of VT220", 20, "ab\x1b[1~X", "> X│ab", ""},
	{"home in application mode", 20, "ab\x1bOHX", "> X│ab", ""},
	{"home of rxvt, end", 20, "ab\x1b[7~X\x1b[8~Y", "> XabY│", ""},
	{"end", 20, "ab\x01X\x1b[FY\x1b[4~Z\x1bOFA", "> XabYZA│", ""},
	{"control a e b f", 20, "ab\x01X\x05Y\x02\x02Z\x06W", "> XaZbW│Y", ""},
	{"delete", 20, "abc\x01\x1b[3~\x06\x04", "> b│", ""},
	{"delete at the end", 20, "ab\x1b[3~\x04", "> ab│", ""},
	{"both backspaces", 20, "abc\x7f\x08", "> a│", ""},
	{"backspace at the start", 20, "a\x01\x7f", "> │a", ""},
	{"kill to the end and yank", 20, "abcd\x02\x02\x0b\x01\x19", "> cd│ab", ""},
	{"kill to the start", 20, "abcd\x02\x15", "> │d", ""},
	{"kill back to a blank", 20, "count(cache.x, #\x17\x17", "> │", ""},
	{"kill a word", 30, "count(cache.x\x1b\x7f", "> count(cache.│", ""},
	{"kill nothing keeps what was killed", 20, "ab\x15\x0b\x19", "> ab│", ""},
	{"kills in a row are one", 30, "a b c d\x02\x02\x02\x17\x17\x0b-\x19", "> -a b c d│", ""},
	{"kills apart are not", 30, "a b c\x17x\x17\x19", "> a b x│", ""},
	{"words", 30, "cache.items[0]\x1bb\x1bbX\x1bfY", "> cache.XitemsY│[0]", ""},
	{"words with control", 30, "cache.items\x1b[1;5D\x1b[1;5DX\x1b[1;5CY", "> XcacheY│.items", ""},
	{"words with control in rxvt", 30, "cache.items\x1bOd\x1bOdX\x1bOcY", "> XcacheY│.items", ""},
	{"kill the next word", 30, "cache.items\x01\x1bd", "> │.items", ""},
	{"delete with control", 30, "cache.items\x01\x1b[3;5~", "> │.items", ""},
	{"delete with shift", 30, "ab\x01\x1b[3;2~", "> │b", ""},
	{"enter of the keypad", 30, "ab\x1bOM", "> ab\n> │", "ab"},
	{"transpose", 20, "ab\x14", "> ba│", ""},
	{"transpose with nothing", 20, "a\x14", "> a│", ""},
	{"clear", 20, "ab\ncd\x0c", "> cd│", "ab"},

	{"history", 20, "one\ntwo\n" + up + up, "> one\n> two\n> one│", "one|two"},
	{"history and back", 20, "one\ntwo\n" + up + up + down, "> one\n> two\n> two│", "one|two"},
	{"back to what was typed", 20, "one\nx\x01" + up + down, "> one\n> │x", "one"},
	{"history by prefix", 20, "abc\nxyz\na\x10", "> abc\n> xyz\n> abc│", "abc|xyz"},
	{"history that is not there", 20, "abc\nx" + up, "> abc\n> x│", "abc"},
	{"the same again is one", 20, "a\na\n" + up + up + up, "> a\n> a\n> a│", "a|a"},
	{"a recalled line runs", 20, "one\n" + up + "\r", "> one\n> one\n> │", "one|one"},
	{"editing what was recalled", 20, "one\ntwo\n" + up + "X" + up, "> one\n> two\n> twoX│", "one|two"},

	{"search", 40, "count(x)\ncache\n\x12cou", "> count(x)\n> cache\n(search: cou) │count(x)", "count(x)|cache"},
	{"search older", 40, "abc\nab\n\x12a\x12", "> abc\n> ab\n(search: a) │abc", "abc|ab"},
	{"search again in the same line", 40, "abc\nab\n\x12ab", "> abc\n> ab\n(search: ab) │ab", "abc|ab"},
	{"search in vain", 40, "abc\n\x12x", "> abc\n(not found: x) │", "abc"},
	{"search shorter", 40, "abc\nxb\n\x12ab\x7f\x7fx", "> abc\n> xb\n(search: x) │xb", "abc|xb"},
	{"search and run", 40, "abc\nxyz\n\x12b\r", "> abc\n> xyz\n> abc\n> │", "abc|xyz|abc"},
	{"search and edit", 40, "abc\nxyz\n\x12b\x05!", "> abc\n> xyz\n> abc!│", "abc|xyz"},
	{"search given up", 40, "abc\nq\x12b\x07", "> abc\n> q│", "abc"},
	{"search and Ctrl-C", 40, "abc\nq\x12b\x03", "> abc\n> q│", "abc"},

	{"complete", 20, "cac\t", "> cache│", ""},
	{"complete within", 20, "x cac y\x02\x02\t", "> x cache│ y", ""},
	{"complete what is shared", 20, "c\ta\t", "cache    a cache\ncatalog  a catalog\ncount    a count\ncounter  a counter\ncache    a cache\ncatalog  a catalog\n> ca│", ""},
	{"complete as far as is shared", 20, "cou\t", "> count│", ""},
	{"complete with nothing", 20, "zz\t", "> zz│", ""},
	{"complete wide", 20, "Gr\t", "> Größe│", ""},
	{"tab in what was pasted", 20, "\x1b[200~a\tb\x1b[201~", "> a b│", ""},

	{"paste cut by Ctrl-C", 20, "\x1b[200~a\x03cac\t", "> a^C\n> cache│", ""},
	{"paste of lines", 20, "\x1b[200~a\nb\x1b[201~", "> a\n> b│", "a"},
	{"open bracket", 20, "f(\n1)", "> f(\n. 1)│", ""},
	{"open bracket closed", 20, "f(\n1)\n", "> f(\n. 1)\n> │", "f(\n1)"},
	{"open bracket given up", 20, "f(\n\n", "> f(\n.\n> │", "f("},
	{"up within", 20, "f([\nab\n" + up + "X", "> f([\n. X│ab\n.", ""},
	{"down within", 20, "f([\nab\n" + up + up + down + "X", "> f([\n. X│ab\n.", ""},
	{"home and end within", 20, "f(\nab\x01X\x05Y", "> f(\n. XabY│", ""},
	{"several lines recalled", 20, "f(\n1)\n" + up, "> f(\n. 1)\n> f(\n. 1)│", "f(\n1)"},

	{"exactly the width", 6, "abcd", "> abcd\n│", ""},
	{"longer than the width", 6, "abcdefgh", "> abcd\nefgh│", ""},
	{"insert in what is wrapped", 6, "abcdefgh\x01XY", "> XY│ab\ncdefgh\n", ""},
	{"delete in what is wrapped", 6, "abcdefgh\x01\x04\x04\x04", "> │defg\nh", ""},
	{"left over the wrap", 6, "abcde" + left + left, "> abc│d\ne", ""},
	{"right to the wrap", 6, "abcde" + left + left + right, "> abcd\n│e", ""},
	{"enter within what is wrapped", 6, "abcdefgh\x01\n", "> abcd\nefgh\n> │", "abcdefgh"},
	{"shrink", 6, "abcdefghijkl\x15x", "> x│", ""},
	{"history of long lines", 6, "abcdefgh\nx" + up, "> abcd\nefgh\n> x│", "abcdefgh"},
	{"wide", 20, "日本" + left + "x", "> 日x│本", ""},
	{"wide at the edge", 7, "a日本b", "> a日本\nb│", ""},
	{"wide over the edge", 6, "a日本b", "> a日\n本b│", ""},
	{"wide over the edge, in a redraw", 6, "日本b\x01a\x05", "> a日\n本b│", ""},
	{"emoji", 20, "✅⚡☀" + left + left + "x", "> ✅x│⚡☀", ""},
	{"combining", 20, "e\u0301x" + left + left + "y", "> y│e\u0301x", ""},
	{"combining is deleted as one", 20, "ae\u0301\x7f", "> a│", ""},
	{"combining at the edge", 6, "abce\u0301", "> abce\u0301\n│", ""},

	{"unknown sequences", 20, "a\x1b[17~\x1b[1;2P\x1b[?1;2c\x1bOP\x1b[[A\x1bzb", "> ab│", ""},
	{"a title", 20, "a\x1b]0;title\x07b\x1b]0;t\x1b\\c", "> abc│", ""},
	{"a title without an end", 20, "a\x1b]0;title\nb", "> a\n> b│", "a"},
	{"Alt with an arrow", 20, "ab\x1b\x1b[DX", "> aX│b", ""},
	{"Enter within a sequence", 20, "ab\x1b[1\rc", "> ab\n> c│", "ab"},
	{"broken UTF-8", 20, "a\xffb\xc3(\xe2\x82x", "> a�b�(��x│", ""},
	{"C1", 20, "a\u009b31mb", "> a31mb│", ""},
	{"no sequence comes back", 20, "a\x1b[31mb\x00\x0e", "> ab│", ""},
	{"direction", 20, "a\u202eb", "> a�b│", ""},
	{"too long", 20, strings.Repeat("a", 201) + "\nb", "> " + strings.Repeat("a", 18) + strings.Repeat("\n"+strings.Repeat("a", 20), 9) + "\naa\n> b│", "TOO LONG"},
	{"too long, and killed", 20, strings.Repeat("a", 201) + "\x15b\n", "> b\n> │", "b"},
	{"Ctrl-C", 20, "abc\x01\x03", "> abc^C\n> │", ""},
}

func TestEditor(t *testing.T) {
	for _, tc := range editorTests {
		t.Run(tc.name, func(t *testing.T) {
			for size := 1; size <= len(tc.in); size++ {
				e := edit(t, tc.width)
				for in := []byte(tc.in); len(in) > 0; {
					n := min(size, len(in))
					e.feed(in[:n])
					in = in[n:]
				}
				if got := e.screen.String(); got != strings.TrimRight(tc.screen, "\n") {
					t.Fatalf("%d bytes a time: the screen shows\n%s\nwant\n%s", size, got, tc.screen)
				}
				if got := strings.Join(e.lines, "|"); got != tc.lines {
					t.Fatalf("%d bytes a time: took %q, want %q", size, got, tc.lines)
				}
			}
		})
	}
}

func TestLeaving(t *testing.T) {
	for in, want := range map[string]bool{"\x04": true, "a\x04": false, "a\x7f\x04": true, "f(\n\x04": false} {
		e := edit(t, 20)
		if e.feed([]byte(in)); e.left != want {
			t.Errorf("after %q left is %v", in, e.left)
		}
	}
}

func TestResize(t *testing.T) {
	for _, tc := range []struct {
		name     string
		in       string
		from, to int
		want     string
	}{
		{"wider", "abcdefgh", 6, 20, "> abcdefgh│"},
		{"narrower", "abcdefgh", 20, 6, "> abcd\nefgh│"},
		{"narrower, cursor within", "abcdefgh\x01", 20, 6, "> │abcd\nefgh"},
		{"wider, below other text", "x\nabcdefgh" + left, 6, 20, "> x\n> abcdefg│h"},
		{"narrower, where a line fills its row", "x\nf(\na", 20, 4, "> x\n> f(\n\n. a│"},
		{"wider, where a line filled its row", "x\nf(\nab", 4, 20, "> x\n> f(\n. ab│"},
		{"the same", "abc", 20, 20, "> abc│"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := edit(t, tc.from)
			e.feed([]byte(tc.in))
			e.screen.resize(tc.to)
			e.editor.resize(tc.to)
			e.show()
			if got := e.screen.String(); got != tc.want {
				t.Errorf("the screen shows\n%s\nwant\n%s", got, tc.want)
			}
			e.feed([]byte("\x05!"))
			if got := strings.Count(e.screen.String(), "!"); got != 1 {
				t.Errorf("typed on, the screen shows\n%s", e.screen)
			}
		})
	}
}

func TestInterjection(t *testing.T) {
	e := edit(t, 6)
	e.feed([]byte("abcdefgh" + left))
	e.editor.interject("hello\n")
	e.show()
	if got, want := e.screen.String(), "hello\n> abcd\nefg│h"; got != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
	}
}

// check checks that the screen shows prompt, text and cursor as if nothing else had ever been sent.
func (e *editing) check() {
	t := e.screen.t
	t.Helper()
	label, line, pos := e.editor.prompt(), e.editor.text, e.editor.pos
	if e.editor.search.on {
		label, line, pos = e.editor.search.view(e.editor.history)
	}
	want := newVT(t, e.screen.width)
	line, pos = append([]rune(label), line...), pos+len([]rune(label))
	row, col := 0, 0
	for i := 0; i <= len(line); i++ {
		if i == pos {
			if row, col = want.row, want.col; want.wraps {
				row, col = row+1, 0 // where the next character goes
			}
		}
		switch {
		case i == len(line):
		case line[i] != '\n':
			want.print(text.Shown(line[i]))
		case want.wraps: // the editor leaves a full row at once
			want.Write([]byte("\n\n" + more))
		default:
			want.Write([]byte("\n" + more))
		}
	}
	want.row, want.col = row, col
	if got, want := e.screen.String(), want.String(); got != want && !strings.HasSuffix(got, "\n"+want) {
		t.Fatalf("the screen shows\n%s\nwant\n%s", got, want)
	}
}

// hasWide reports whether the screen shows a wide character. Terminals differ in where they put one
// when they wrap their rows anew.
func hasWide(v *vt) bool {
	return strings.ContainsFunc(v.String(), func(r rune) bool { return text.RuneWidth(r) != 1 })
}

// The screen must show the same however the bytes were packed. It must show the text of the editor,
// and nothing that a terminal would act on, on which vt fails.
func FuzzEditor(f *testing.F) {
	for _, tc := range editorTests {
		f.Add([]byte(tc.in), uint8(tc.width), uint8(0))
	}
	f.Fuzz(func(t *testing.T, in []byte, width, to uint8) {
		columns := max(4, int(width)%80)
		whole, split := edit(t, columns), edit(t, columns)
		whole.feed(in)
		for i := range in {
			split.feed(in[i : i+1])
		}
		if w, s := whole.screen.String(), split.screen.String(); w != s && !strings.ContainsAny(string(in), "\x0c") {
			t.Fatalf("at once the screen shows\n%s\nbyte by byte\n%s", w, s)
		}
		if w, s := strings.Join(whole.lines, "|"), strings.Join(split.lines, "|"); w != s {
			t.Fatalf("at once %q was taken, byte by byte %q", w, s)
		}
		for _, e := range []*editing{whole, split} {
			e.check()
		}
		if to := 4 + int(to)%80; to != columns && !hasWide(whole.screen) {
			whole.screen.resize(to)
			whole.editor.resize(to)
			whole.show()
			whole.check()
		}
		if e := &split.editor; e.size != len(string(e.text)) || e.size > e.max || e.pos > len(e.text) {
			t.Fatalf("%d bytes at %d of %q, which are %d", e.size, e.pos, string(e.text), len(string(e.text)))
		}
	})
}

// Text that is not a control sequence decodes as in Go.
func FuzzDecoder(f *testing.F) {
	for _, tc := range editorTests {
		f.Add([]byte(tc.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var d decoder
		var got []rune
		controls := 0
		for _, b := range in {
			for _, k := range d.decode(b) {
				if k.code == keyChar {
					got = append(got, k.char)
				}
			}
			if b < 0x20 || b == 0x7f {
				controls++
			}
		}
		for _, r := range got {
			if unicode.IsControl(r) {
				t.Fatalf("%q is taken as text", r)
			}
		}
		if controls > 0 || !utf8.FullRune(d.char) && len(d.char) > 0 {
			return
		}
		var want []rune
		for _, r := range string(in) {
			if !unicode.IsControl(r) {
				want = append(want, r)
			}
		}
		if string(got) != string(want) {
			t.Fatalf("%q is taken as %q", in, string(got))
		}
	})
}

// Enter and Ctrl-C come through, whatever sequence is half open before them.
func TestEnterAlwaysCounts(t *testing.T) {
	for _, before := range []string{"", "\x1b", "\x1b[", "\x1b[1;", "\x1bO", "\x1b[[", "\x1b]0;x", "\x1bPx", "\xc3", "\xe2\x82", "\x1b\x1b"} {
		for b, want := range map[byte]code{'\r': keyEnter, '\n': keyEnter, 0x03: keyInterrupt} {
			var d decoder
			var last key
			for _, b := range append([]byte(before), b) {
				for _, k := range d.decode(b) {
					last = k
				}
			}
			if last.code != want {
				t.Errorf("after %q, %#x is key %d", before, b, last.code)
			}
		}
	}
}

// TestEnterReadsOn: Enter adds a line if and only if the whole text is incomplete, whatever was
// edited since the last Enter.
func TestEnterReadsOn(t *testing.T) {
	const typed = "(([[{{)]}\"'`//**;\\ a\r\r\r\r\x7f\x7f\x02\x01\x05\x14\x17\x0b"
	added := 0
	for n := range 2_000 {
		e := edit(t, 80)
		begin := []string{"", "(//\r\x7f)\r", "(/\r\x7f/)\r", "`\r\x02`\r", "((\r\x02\x14\r"}[n%5]
		for i := range 30 {
			b := typed[rand.IntN(len(typed))]
			if i < len(begin) {
				b = begin[i]
			}
			before := string(e.editor.text)
			want := new(scanner).incomplete(before, 100) && !strings.HasSuffix(before, "\n")
			if got := e.editor.key(e.decoder.decode(b)[0]) == none; b == '\r' && got != want {
				t.Fatalf("Enter behind %q adds a line: %v", before, got)
			} else if b == '\r' && !got {
				break
			} else if b == '\r' {
				added++
			}
		}
	}
	if added == 0 {
		t.Error("no line was added")
	}
}

// BenchmarkPaste pastes the longest possible line, read by read. Many lines must take no longer
// than one line of that length.
func BenchmarkPaste(b *testing.B) {
	for _, tc := range []struct{ name, text string }{
		{"one line", strings.Repeat("1,", 32_000)},
		{"many lines", "[" + strings.Repeat("1,\r", 21_000)},
		{"before a bracket", "[]\x02" + strings.Repeat("1,", 32_000)},
	} {
		b.Run(tc.name, func(b *testing.B) {
			b.SetBytes(int64(len(tc.text)))
			for b.Loop() {
				e := editor{echo: true, max: 64 << 10, nesting: 200, history: &history{}}
				e.screen.width = 80
				e.begin()
				var d decoder
				for p := range slices.Chunk([]byte(tc.text), 2<<10) {
					for _, c := range p {
						for _, k := range d.decode(c) {
							e.key(k)
						}
					}
					e.refresh()
					e.screen.take()
				}
			}
		})
	}
}
