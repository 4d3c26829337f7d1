package text

import (
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

func TestRuneWidth(t *testing.T) {
	for want, all := range []string{"\u0301\u200d\ufe0f\u0483", "aé☀✓≈…│🌡\u200b\ufffd\U0002fa1e", "日한ア！✅⚡⭐🙂🚀"} {
		for _, r := range all {
			if got := RuneWidth(r); got != want {
				t.Errorf("%U takes %d columns, want %d", r, got, want)
			}
		}
	}
}

func TestCut(t *testing.T) {
	for _, tc := range []struct {
		s       string
		columns int
		want    string
	}{
		{"", 0, ""}, {"a", 0, ""}, {"a", -1, ""}, {"a", 1, "a"}, {"ab", 1, "…"}, {"abc", 2, "a…"}, {"abc", 3, "abc"},
		{"日本", 4, "日本"}, {"日本", 3, "日…"}, {"日本", 2, "…"}, {"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, {"\xff\xff\xff", 2, "\xff…"},
	} {
		got := Cut(tc.s, tc.columns)
		if got != tc.want || Width(got) > max(tc.columns, 0) {
			t.Errorf("%q in %d columns is %q, want %q", tc.s, tc.columns, got, tc.want)
		}
	}
}

// Whatever is in it, text is cut into pieces of whole characters.
func TestWhole(t *testing.T) {
	for _, s := range []string{"", "a", "é", "ǆ", "€", "😀", "a\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\x80\x80\x80\x80\x80", "é\xff", "€\x80"} {
		for n := range len(s) + 1 {
			head := Whole(s[:n])
			if !strings.HasPrefix(s, head) || n-len(head) > 3 ||
				utf8.RuneCountInString(s) != utf8.RuneCountInString(head)+utf8.RuneCountInString(s[len(head):]) {
				t.Errorf("%q without an unfinished character is %q", s[:n], head)
			}
			if got := string(Whole([]byte(s[:n]))); got != head {
				t.Errorf("%q is %q as a string and %q as bytes", s[:n], head, got)
			}
		}
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain日本\n":     `plain日本\n`,
		"\x1b[31m":      `\x1b[31m`,
		"a\x00\x07\r":   `a\x00\a\r`,
		"\xff\xc3":      `\xff\xc3`,
		"\u009b":        `\u009b`,
		"\u202eabc":     `\u202eabc`,
		"a\u00a0b":      `a\u00a0b`,
		"\uFFFD\xef":    "\uFFFD\\xef",
		"e\u0301\u200d": "e\u0301\\u200d",
		`"\`:            `"\`,
	} {
		if got := Escape(in); got != want || printable(in) != (got == in) {
			t.Errorf("%q is %q, want %q; it prints: %v", in, got, want, printable(in))
		}
		want = strings.NewReplacer(`\n`, "\n", `\u200d`, "\u200d").Replace(want)
		if got := EscapeLines(in); got != want {
			t.Errorf("%q in lines is %q, want %q", in, got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string][2]string{
		"plain":   {`"plain"`, `"plain"`},
		`{"a":1}`: {"`{\"a\":1}`", `"{\"a\":1}"`},
		"`\"":     {"\"`\\\"\"", "\"`\\\"\""},
		"\"\n":    {`"\"\n"`, `"\"\n"`},
		"\xff\"é": {`"\xff\"é"`, `b"\xff\"\xc3\xa9"`},
		"\u200d":  {`"\u200d"`, `"\u200d"`},
		"a\x00\f": {`"a\x00\f"`, `"a\x00\f"`},
	} {
		if got := [2]string{Quote(in), Literal(in)}; got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -999: "-999", -1000: "-1,000", 1234567: "1,234,567", -123456: "-123,456"} {
		if got := Thousands(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 bytes", 1023: "1,023 bytes", 1024: "1 KiB", 1025: "1,025 bytes", 3 << 20: "3 MiB", 1<<31 - 1<<20: "2,047 MiB", 1<<20 + 1<<10: "1,025 KiB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestFigures(t *testing.T) {
	a, b, c, d := 0.1, 0.2, 1407.4, 1415.08 // constants would be added exactly
	for x, want := range map[float64]string{
		0: "0", 1: "1", -1234.5: "-1,234.5", 1407.4: "1,407.4", 3476580: "3,476,580", a + b: "0.3", d - c: "7.67999999999984", 1e15: "1e+15",
		1e-7: "1e-07", 0.001: "0.001", 999999999999999: "999,999,999,999,999", math.Inf(-1): "-Inf", math.NaN(): "NaN",
	} {
		if got := Figure(x); got != want {
			t.Errorf("%v is %s, want %s", x, got, want)
		}
	}
	for _, tc := range []struct {
		from, to float64
		want     string
	}{
		{1407.4, 1415.08, "+7.68"}, {1415.08, 1407.4, "-7.68"}, {0.1, 0.3, "+0.2"}, {1, 1, "0"}, {0, 1234567.25, "+1,234,567.25"},
		{1e-20, 3e-20, "+2e-20"}, {1e300, 2e300, "+1e+300"}, {0.3, a + b, "+5.55112e-17"}, {1, math.NaN(), "NaN"}, {0, math.Inf(1), "+Inf"},
	} {
		if got := Change(tc.from, tc.to); got != tc.want {
			t.Errorf("from %v to %v is %s, want %s", tc.from, tc.to, got, tc.want)
		}
	}
	for in, want := range map[string]string{"1234": "1,234", "-1234.5678": "-1,234.5678", "1e+20": "1e+20", "": "", "-": "-", "NaN": "NaN", "12345e9": "12,345e9"} {
		if got := Group(in); got != want {
			t.Errorf("%s is %s, want %s", in, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 entries", 1: "1 entry", 2: "2 entries", 12345: "12,345 entries"} {
		if got := Count(n, "entry", "entries"); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestRows(t *testing.T) {
	for columns, want := range map[int]int{0: 1, 1: 1, 80: 1, 81: 2, 160: 2, 161: 3} {
		if got := Rows(columns, 80); got != want {
			t.Errorf("%d columns take %d rows, want %d", columns, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, tc := range []struct {
		s       string
		columns int
		indent  string
		want    string
	}{
		{"", 5, "", ""},
		{"one two", 7, "", "one two"},
		{"one two", 6, "", "one|two"},
		{"one two three", 7, "", "one two|three"},
		{"one two three", 7, "  ", "one two|  three"},
		{"one  two", 4, "", "one|two"},
		{"longer than that", 4, "", "longer|than|that"},
		{"longer", 4, "", "longer"},
		{"  a longer one", 8, "    ", "  a longer|    one"},
		{"日本 日本", 4, "", "日本|日本"},
		{"a b\nc d", 1, "", "a|b|c|d"},
		{"a", -1, "", "a"},
	} {
		if got := strings.Join(Fold(tc.s, tc.columns, tc.indent), "|"); got != tc.want {
			t.Errorf("%q in %d columns is %q, want %q", tc.s, tc.columns, got, tc.want)
		}
	}
}

func TestColumns(t *testing.T) {
	rows := [][]Cell{
		{{Text: "name"}, {}, {Text: "size", Right: true}},
		{{Text: "日本"}, {}, {Text: "7", Right: true}},
		{{Text: "longer"}},
	}
	want := []string{"name    size", "日本       7", "longer"}
	if got := Columns(rows, 20); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	want = []string{"name …", "日本 …", "longer"}
	if got := Columns(rows, 6); !slices.Equal(got, want) {
		t.Errorf("in 6 columns: %q, want %q", got, want)
	}
}

func TestGrid(t *testing.T) {
	names := []string{"a", "bb", "日本", "dd", "e"}
	for width, want := range map[int]string{
		20: "a     日本  e|bb    dd",
		10: "a     dd|bb    e|日本",
		9:  "a|bb|日本|dd|e",
		1:  "a|…|…|…|e",
	} {
		if got := strings.Join(Grid(names, width), "|"); got != want {
			t.Errorf("in %d columns: %s, want %s", width, got, want)
		}
	}
	if got := Grid(nil, 80); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1: "1ns", 12_345: "12.3µs", -12_345: "-12.3µs", 999_600_000: "1s", 1_234_000_000: "1.23s", 83*time.Second + 456*time.Millisecond: "1m23.5s", time.Hour + 1500*time.Millisecond: "1h0m2s",
	} {
		if got := Duration(d, 3); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

func TestNear(t *testing.T) {
	from := []string{"items", "item", "hits", "misses", "expires", "Größe"}
	for name, want := range map[string]string{
		"itms": "items", "iems": "items", "tiems": "items", "ITEMS": "items", "hit": "hits", "expire": "expires",
		"größe": "Größe", "x": "", "": "", "zzzzz": "", "hats": "hits", "items": "item",
		strings.Repeat("x", 1000): "",
	} {
		if got := Near(name, from); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func FuzzNear(f *testing.F) {
	f.Add("itms", "items")
	f.Add("İ", strings.Repeat("İ", 40))
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := Near(a, []string{b}); got != "" && got != b {
			t.Error(got)
		}
	})
}

func TestArticle(t *testing.T) {
	for name, want := range map[string]string{"": "a ", "int8": "an int8", "uint64": "a uint64", "error": "an error", "*os.File": "a *os.File", "[]int": "a []int"} {
		if got := Article(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestUnhex(t *testing.T) {
	const uuid = "6ba7b8109dad11d180b400c04fd430c8"
	for s, want := range map[string]string{
		"6ba7b810-9dad-11d1-80b4-00c04fd430c8": uuid, "6BA7B810-9DAD-11D1-80B4-00C04FD430C8": uuid, "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}": uuid, "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8": uuid, "URN:UUID:6ba7b810-9dad-11d1-80b4-00c04fd430c8": uuid,
		uuid: uuid, "0x" + uuid: uuid, "0X00fF": "00ff", "abcdef0123456789abcdef0123456789abcd": "abcdef0123456789abcdef0123456789abcd", // as long as a UUID
		"": "", "0x": "", "6": "", "zz": "", "6ba7-b8": "", "hello": "", "6ba7b8109-dad-11d1-80b4-00c04fd430c8": "", "{6ba7b8109dad11d180b400c04fd430c8}": "", "{{6ba7b810-9dad-11d1-80b4-00c04fd430}}": "", "--------------------------------------": "",
	} {
		if b, ok := Unhex(s); hex.EncodeToString(b) != want && ok || ok != (want != "") {
			t.Errorf("%q spells %x, %v, want %s", s, b, ok, want)
		}
	}
}

// TestFew: the first names are told, and how many others there are; never "1 others".
func TestFew(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e"}
	for n, want := range []string{"", "a", "a and b", "a, b and c", "a, b, c and d", "a, b, c and 2 others"} {
		if got := Few(names[:n], 3); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if names[3] != "d" {
		t.Errorf("%q: the names were written to", names)
	}
}
