package console

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

func TestPromptName(t *testing.T) {
	for _, tc := range []struct {
		columns int
		name    Name
		want    string
	}{
		{80, Name{"shop", "web-7"}, "shop@web-7"},
		{80, Name{"shop", "web-7.prod.example.com"}, "shop@web-7"},
		{80, Name{"shop", "10.0.0.7"}, "shop@10.0.0.7"},
		{80, Name{"shop", ""}, "shop"},
		{80, Name{"", "web-7"}, "web-7"},
		{80, Name{}, ""},
		{80, Name{"shop", "checkout-service-7d9f8b6c5d-x2x7p"}, "shop@checkout-service-7d9f8b6c5d-x2x7p"},
		{40, Name{"shop", "checkout-service-7d9f8b6c5d-x2x7p"}, "shop@chec…6c5d-x2x7p"},
		{40, Name{"checkout-service", "checkout-service-7d9f8b6c5d-x2x7p"}, "c…vice@chec…5d-x2x7p"},
		{24, Name{"shop", "web-7"}, "shop@web-7"},
		{24, Name{"checkout", "web-7"}, "c…kout@web-7"},
		{23, Name{"shop", "web-7"}, ""}, // too little room to tell names apart
		{80, Name{"sh\x1b[2Jop\x07", "web\xff\u202e7\n> "}, `sh\x1b[2Jop\a@web\xff\u202e7\n> `},
		{40, Name{"店舗", "日本語日本語日本語日本語"}, "店舗@日本…本語日本語"},
		{40, Name{"shop", strings.Repeat("e\u0301", 60)}, "shop@" + strings.Repeat("e\u0301", 4) + "…" + strings.Repeat("e\u0301", 10)},
		{80, Name{strings.Repeat("x", 1<<20), strings.Repeat("y", 1<<20)}, "xxxx…xxxxxxxx@yyyyyyyy…yyyyyyyyyyyyyyyyy"},
	} {
		got := tc.name.short(tc.columns)
		if got != tc.want || text.Width(got) > tc.columns/2 {
			t.Errorf("%.60q in %d columns: %q (%d columns), want %q", tc.name, tc.columns, got, text.Width(got), tc.want)
		}
	}
}

// Only a terminal has the name in its prompt, and an error there points at its place.
func TestPromptOfTerminal(t *testing.T) {
	p := newPeer()
	s := New(&fake{}, p, eval.Limits{})
	s.SetName(Name{"shop", "web-7"})
	term := Attach(context.Background(), s, p, nil)
	defer func() { p.vanish(); term.Hangup(nil); wait(t, term) }()
	term.Start()
	p.answer(t) // the prompt of plain lines is >
	term.Feed([]byte("1\n"))
	if got := p.answer(t); got != "1\n" {
		t.Errorf("plain lines are answered %q", got)
	}
	term.SetEcho(true)
	v := newVT(t, 80)
	v.Write([]byte("> "))
	v.Write([]byte(p.waitFor(t, "shop@web-7 > ")))
	if got, want := v.String(), "shop@web-7 > │"; got != want {
		t.Errorf("the screen shows %q, want %q", got, want)
	}
	term.Feed([]byte("wrong\r"))
	v.Write([]byte(p.waitFor(t, "long?\nshop@web-7 > ")))
	want := "shop@web-7 > wrong\n" +
		"             ^\n" +
		"unknown name wrong at 1:1; did you mean long?\n" +
		"shop@web-7 > │"
	if got := v.String(); got != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
	}
	s.SetActing(func() {})
	term.Feed([]byte("2\r"))
	p.waitFor(t, "2\nshop@web-7 # ")
	term.Feed([]byte("level look\r"))
	p.waitFor(t, "look\nshop@web-7 > ")
	term.SetSize(20, 20)
	term.Feed([]byte("3\r"))
	p.waitFor(t, "3\n> ")
	term.SetSize(80, 20)
	term.SetEcho(false)
	term.Feed([]byte("4\n"))
	p.waitFor(t, "4\n> ")
}

func TestBanner(t *testing.T) {
	session := New(&fake{}, nil, eval.Limits{})
	steady := func(got string) string {
		got = strings.Replace(got, fmt.Sprint("pid ", os.Getpid()), "pid 4242", 1)
		got = regexp.MustCompile(`up \w+`).ReplaceAllString(got, "up 3s")
		return regexp.MustCompile(`go1\S+ \w+/\w+\.`).ReplaceAllString(got, "go1.26.8 linux/amd64.")
	}
	if got, want := steady(session.Banner()), "sightglass in console.test (devel), pid 4242, up 3s\ngo1.26.8 linux/amd64. Read-only. Type help, or dir()."; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := steady(session.bannerLine()), "sightglass in console.test (devel), pid 4242, up 3s, go1.26.8 linux/amd64. Read-only. Type help, or dir()."; got != want {
		t.Errorf("for programs: got\n%s\nwant\n%s", got, want)
	}
	for _, tc := range []struct {
		name    Name
		version string
		acts    bool
		columns int
		want    string
	}{
		{Name{"shop", "web-7"}, "v1.4.2", false, 80, "" +
			"sightglass in shop v1.4.2 on web-7, pid 4242, up 3s\n" +
			"go1.26.8 linux/amd64. Read-only. Type help, or dir()."},
		{Name{"shop", "web-7.prod.example.com"}, "(devel)", true, 80, "" +
			"sightglass in shop (devel) on web-7.prod.example.com, pid 4242, up 3s\n" +
			"go1.26.8 linux/amd64. You may act; level look ends that. Type help, or dir()."},
		{Name{"checkout-service", "checkout-service-7d9f8b6c5d-x2x7p"}, "v0.0.0-20261128120245-44a37ceab12f", false, 80, "" +
			"sightglass in checkout-service v0.0.0-20261128120245-44a37ceab12f on\n" +
			"  checkout-service-7d9f8b6c5d-x2x7p, pid 4242, up 3s\n" +
			"go1.26.8 linux/amd64. Read-only. Type help, or dir()."},
		{Name{"shop", "web-7"}, "", false, 30, "" +
			"sightglass in shop on web-7,\n" +
			"  pid 4242, up 3s\n" +
			"go1.26.8 linux/amd64.\n" +
			"Read-only. Type help, or\n" +
			"dir()."},
		{Name{"a\x1b[2Jb\n> forged", strings.Repeat("\xff", 300)}, "\u202ev1", false, 80, "" +
			"sightglass in a\\x1b[2Jb\\n> forged \\u202ev1 on\n" +
			"  " + `\xff\xff\xff\xff\x…f` + strings.Repeat(`\xff`, 9) + ", pid 4242, up 3s\n" +
			"go1.26.8 linux/amd64. Read-only. Type help, or dir()."},
	} {
		lines := bannerLines(tc.name, tc.version, tc.acts, tc.columns)
		for _, line := range lines {
			if text.Width(line) >= tc.columns {
				t.Errorf("%q has %d columns", line, text.Width(line))
			}
		}
		if got := steady(strings.Join(lines, "\n")); got != tc.want {
			t.Errorf("got\n%s\nwant\n%s", got, tc.want)
		}
	}
}
