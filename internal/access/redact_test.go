package access

//lint:file-ignore U1000 some fields and methods here are only looked at

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

type (
	Password      string
	DBCredentials struct{ User, Pass string }
)

const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n"

type account struct {
	Name     string
	Password string
	PIN      int
	Token    *string
	Cookies  []string
	Secrets  map[string]string
	Creds    DBCredentials
	Headers  map[string]any
	Notes    []string
	Raw      []byte
	Fixed    [200]byte
	Any      any
	Deep     struct{ card, holder string }
	ByKey    map[string]int
	ByPass   map[Password]int
	Tagged   struct{ A, B string } `inspect:"secret"`
	Gone     string                `inspect:"-"`
	Err      error
	Jwt      any
	Listed   []Password
	Pair     map[[2]string]int
}

// newAccount has the secret s in every place that is hidden. Nothing else in it depends on s.
func newAccount(s string, pin int) *account {
	a := &account{
		Name: "shown", Password: s, PIN: pin, Token: &s, Cookies: []string{s}, Secrets: map[string]string{"a": s},
		Creds:   DBCredentials{"shown", s},
		Headers: map[string]any{"Authorization": []string{s}, "Set-Cookie": s, "Accept": "shown"},
		Notes:   []string{"shown", "Bearer " + s, "postgres://u:" + s + "@db/"},
		Raw:     []byte("-----BEGIN PRIVATE KEY-----\n" + s),
		Any:     Password(s), ByKey: map[string]int{"Bearer " + s: 1}, ByPass: map[Password]int{Password(s): 1},
		Gone: s, Err: errors.New("cannot reach https://u:" + s + "@host/"), Jwt: map[string]string{"x": s}, Listed: []Password{Password(s)},
		Pair: map[[2]string]int{{"x", "Bearer " + s}: 1},
	}
	copy(a.Fixed[:], "Bearer "+s)
	a.Deep.card, a.Deep.holder = s, "shown"
	a.Tagged.A = s
	return a
}

// crawl asks everything that can be asked of a View, and of all below it.
func crawl(v *View, out *strings.Builder, depth int) {
	say := func(x ...any) { fmt.Fprintln(out, x...) }
	if depth > 6 || v == nil {
		return
	}
	say("at", v.Path(), v.Shape(), v.Hidden())
	if x, ok, err := v.Plain(); ok || err != nil {
		if r, hidden := x.(*Redacted); hidden {
			x = *r
		}
		say("plain", x, ok, err)
	}
	x, err := v.Scalar()
	say("scalar", x, err)
	text, err := v.Describe()
	say("describe", text, err)
	n, err := v.Len()
	say("len", n, err)
	n, err = v.Cap()
	say("cap", n, err)
	b, n, err := v.Bytes(0, 0)
	say("bytes", string(b), n, err)
	for _, part := range [][2]int{{0, 2}, {8, 1000}, {28, 40}} {
		w, err := v.Window(part[0], part[1])
		say("window", err)
		if err != nil {
			continue
		}
		x, _, err := w.Plain()
		b, n, berr := w.Bytes(0, 10)
		say(x, err, string(b), n, berr, w.Path())
		say(w.Each(func(_, e *View) (bool, error) { x, _, err := e.Plain(); say(x, err); return true, err }))
	}
	for _, key := range []any{0, 7, 30, -1, "a", "Authorization", "Set-Cookie", "Accept", "Bearer", Password("x"), true} {
		e, err := v.At(key)
		say("at", key, err)
		if err == nil {
			x, _, err := e.Plain()
			if r, hidden := x.(*Redacted); hidden {
				x = *r
			}
			say(x, err)
		}
		has, err := v.Has(key)
		say("has", has, err)
	}
	if v.hidden && v.Value().Shape() == inspect.Scalar {
		x, err := v.Value().Scalar(0)
		say("value", x, err)
	}
	say(v.Snap(render.Limit{}).Line(10_000))
	say(v.consistent(func(func(*View) bool) {}))
	_, err = v.Call("Get", nil)
	say("call", err)
	members, err := v.Members()
	say("members", members, err)
	for _, m := range append(members, Member{Name: "Passwort"}, Member{Name: "Gone"}) {
		c, err := v.Member(m.Name)
		say("member", m.Name, err)
		if err == nil {
			crawl(c, out, depth+1)
		}
	}
	say(v.EachUnlocked(func(key, elem *View) (bool, error) {
		for _, e := range []*View{key, elem} {
			if e == nil {
				continue
			}
			crawl(e, out, depth+1)
			k, err := e.Keep()
			if err != nil {
				return false, err
			}
			crawl(k, out, depth+1)
		}
		return true, nil
	}))
	if e, err := v.Resolve(); e != v {
		say("resolve", err)
		crawl(e, out, depth+1)
	}
}

// Nothing that a View says depends on a secret, let alone tells it.
func TestSecretsStayUntold(t *testing.T) {
	for i, opts := range policies() {
		tell := func(s string, pin int) string {
			l, c := lookAt(t, newAccount(s, pin), append(opts, Hide("Deep.card"))...)
			patient(l)
			var out strings.Builder
			crawl(c, &out, 0)
			return out.String()
		}
		one, two := tell("hunter2hunter2", 1), tell("correct-horse-battery", 98765)
		if strings.Contains(one, "hunter2") || strings.Contains(two, "horse") || strings.Contains(two, "98765") {
			t.Errorf("%d: the secret is told", i)
		}
		if !strings.Contains(one, "shown") {
			t.Errorf("%d: nothing is told", i)
		}
		a, b := strings.Split(one, "\n"), strings.Split(two, "\n")
		for j := range min(len(a), len(b)) {
			if mask(a[j]) != mask(b[j]) {
				t.Errorf("%d: one secret gives %.300s\nanother        %.300s", i, a[j], b[j])
				break
			}
		}
		if len(a) != len(b) {
			t.Errorf("%d: %d and %d lines", i, len(a), len(b))
		}
	}
}

// mask removes addresses, which differ between any two objects.
func mask(line string) string {
	words := strings.Fields(line)
	for i, w := range words {
		if strings.HasPrefix(w, "0xc0") {
			words[i] = "0x"
		}
	}
	return strings.Join(words, " ")
}

func TestHide(t *testing.T) {
	type user struct {
		name, card string
		inner      struct{ card string }
	}
	type holder struct {
		base
		users  map[string]*user
		list   []user
		card   string
		Region string
	}
	object := &holder{
		base:  base{Region: "eu"},
		users: map[string]*user{"ann": {"Ann", "1111", struct{ card string }{"2222"}}, "bob": {"Bob", "3333", struct{ card string }{"4444"}}},
		list:  []user{{name: "Ann", card: "1111"}},
		card:  "5555",
	}
	hidden := func(v *View) bool { x, _, _ := v.Plain(); _, ok := x.(*Redacted); return ok }
	for _, tt := range []struct {
		pattern string
		want    string
	}{
		{"card", "c.card"},
		{"users.*.card", `c.users["ann"].card c.users["bob"].card`},
		{"users.ann.*", `c.users["ann"].card c.users["ann"].name`},
		{"users.*.inner.card", `c.users["ann"].inner.card c.users["bob"].inner.card`},
		{"users", "c.users"},
		{"u*", "c.users"},
		{"list.0.card", "c.list[0].card"},
		{"list.*.c*d", "c.list[0].card"},
		{"Card", ""},
		{"base.Region", "c.base.Region"},
		{"Regio*", "c.Region c.base.Region"},
	} {
		_, c := lookAt(t, object, Hide(tt.pattern))
		var got []string
		for _, steps := range [][]any{
			{".Region"}, {".base", ".Region"}, {".card"}, {".users"},
			{".users", "ann", ".card"}, {".users", "ann", ".inner", ".card"}, {".users", "ann", ".name"},
			{".users", "bob", ".card"}, {".users", "bob", ".inner", ".card"}, {".list", 0, ".card"}, {".list", 0, ".name"},
		} {
			v, err := reach(c, steps...)
			if err != nil {
				if e := new(RedactedError); !errors.As(err, &e) {
					t.Error(err)
				}
				continue
			}
			if hidden(v) {
				got = append(got, v.Path())
			}
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("%s hides\n %s, want\n %s", tt.pattern, g, tt.want)
		}
	}
}

// A secret in the middle of a long text hides what is near it on either side.
func TestSecretInLongText(t *testing.T) {
	const at = 50_000
	text := strings.Repeat("lorem ", at/6+1)[:at] + pem + strings.Repeat(" ipsum", 10_000)
	_, c := lookAt(t, &struct{ b []byte }{[]byte(text)})
	b := must(t, c, ".b")
	isRedacted := func(err error) bool { e := new(RedactedError); return errors.As(err, &e) }
	for _, off := range []int{at, at + 10, at + 40, at + len(pem) - 1} {
		if _, _, err := b.Bytes(off, 5); !isRedacted(err) {
			t.Errorf("bytes at %d: %v", off, err)
		}
		if _, err := b.At(off); !isRedacted(err) {
			t.Errorf("byte %d: %v", off, err)
		}
		w, err := b.Window(off, off+5)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Each(func(_, _ *View) (bool, error) { return true, nil }); !isRedacted(err) {
			t.Errorf("walk from %d: %v", off, err)
		}
	}
	if err := b.Each(func(_, _ *View) (bool, error) { return true, nil }); !isRedacted(err) {
		t.Error(err)
	}
	if _, _, err := b.Bytes(0, 0); !isRedacted(err) {
		t.Error(err)
	}
	if got, n, err := b.Bytes(0, 5); string(got) != "lorem" || n != len(text) || err != nil {
		t.Errorf("%q, %d, %v", got, n, err)
	}
}

// A part of a long string shows no secret in it or near it. A secret in the middle ends the reading
// of the whole.
func TestSecretInLongString(t *testing.T) {
	const n = MaxText + 100
	for _, at := range []int{0, 100, maxPiece - len(pem)/2, maxPiece + margin, n / 2, n - len(pem)} {
		text := strings.Repeat("lorem ", n/6+1)[:n]
		text = text[:at] + pem + text[at+len(pem):]
		_, c := lookAt(t, &struct{ s string }{text})
		s := must(t, c, ".s")
		isRedacted := func(err error) bool { e := new(RedactedError); return errors.As(err, &e) }
		for _, off := range []int{at, at + 10, at + len(pem)/2, at + len(pem) - 1, at - margin/2, at + len(pem) + margin/2} {
			w, err := s.Window(off, off+5)
			if off < 0 || off >= n {
				continue
			}
			if err == nil {
				var x any
				if x, _, err = w.Plain(); err == nil {
					if _, hidden := x.(*Redacted); hidden {
						continue
					}
				}
			}
			if !isRedacted(err) {
				t.Errorf("secret at %d, part at %d: %v", at, off, err)
			}
		}
		if _, err := pieces(s); !isRedacted(err) {
			t.Errorf("secret at %d: %v", at, err)
		}
	}
}

// All of a short text is searched, whatever part is asked for.
func TestSecretFarAway(t *testing.T) {
	_, c := lookAt(t, &struct{ s string }{pem + strings.Repeat(" lorem", (largeText-len(pem))/6)})
	s := must(t, c, ".s")
	for _, w := range [][2]int{{-10, -5}, {30_000, 30_010}, {0, 5}} {
		part, err := s.Window(w[0], w[1])
		if err != nil {
			continue // the beginning is near
		}
		x, _, err := part.Plain()
		if _, hidden := x.(*Redacted); !hidden || err != nil {
			t.Errorf("%v: %v, %v", w, x, err)
		}
	}
}

// The cost of a long text with a secret is not charged: it would tell the length.
func TestSecretCostsNothing(t *testing.T) {
	l, c := lookAt(t, &struct{ s string }{"Bearer abcdef123456 " + strings.Repeat("x", 10*largeText)})
	x, _, err := must(t, c, ".s").Plain()
	if _, hidden := x.(*Redacted); !hidden || err != nil {
		t.Errorf("%v, %v", x, err)
	}
	if kept := l.meter.meter.(*meter).kept; kept != 0 {
		t.Errorf("%d bytes were kept", kept)
	}
}

// The search of a long text for a secret can be interrupted, and takes no longer than a small part
// of its length asks for, whatever the text.
func TestSearchOfLongText(t *testing.T) {
	for _, part := range []string{"ab c", "a-_ :=@Jz", "a@tcp(", "://aaaaaa", "eyJ", "basic ", "=\""} {
		l, c := lookAt(t, &struct{ s string }{strings.Repeat(part, 1<<20/len(part))})
		m := l.meter.meter.(*meter)
		s := must(t, c, ".s")
		if _, err := s.Scalar(); err != nil || m.work < 1<<20-2*maxChecked {
			t.Errorf("%q: %d steps, %v", part, m.work, err)
		}
		m.end = errors.New("enough")
		if _, err := s.Scalar(); err != m.end {
			t.Errorf("%q: %v", part, err)
		}
	}
}

// Whether a map has a key that is a secret cannot be asked, so that nobody can try keys.
func TestSecretKeys(t *testing.T) {
	key := "Bearer abcdef123456"
	_, c := lookAt(t, map[string]int{key: 1, "x": 2})
	for _, k := range []any{key, key + "7", []byte(key), &Redacted{}} {
		_, err1 := c.At(k)
		_, err2 := c.Has(k)
		if e := new(RedactedError); !errors.As(err1, &e) || !errors.As(err2, &e) {
			t.Errorf("%v: %v, %v", k, err1, err2)
		}
	}
}
