package eval

import (
	"container/list"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"math/big"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// safe is a world of secrets in which nothing may depend on what they are.
// Where a map has an entry it has one only: the order of several differs from one process to the next.
type safe struct {
	Name     string
	count    int
	password string
	Pin      int    `inspect:"secret"`
	key      []byte `inspect:"secret"`
	gone     string `inspect:"-"`
	tokens   map[string]string
	byToken  map[string]int // the key is the secret
	note     string         // looks like one
	notes    []string
	raw      []byte
	any      any
	list     []*safe
	chain    *safe
	login    struct{ User, Passwd string }
	limits   map[string]float64
	rank     float64
	err      error
	wrapped  error
	link     *url.URL
	ctx      context.Context
	token    atomic.Pointer[string]
	secret   atomic.Value
	cookies  sync.Map
	shared   sync.Map
	pwd      chan string
	message  json.RawMessage
	ring     list.List
	typed    []passcode
	byTyped  map[passcode]int
	fixed    [200]byte
	long     string
	tagged   struct{ A, B string } `inspect:"secret"`
	modulus  big.Int               `inspect:"secret"`
	apiKey   *big.Float            // of other kinds than text
	secrets  []net.IP
	refused  error
	links    []*url.URL
	account  account
	accounts []*account
	byName   map[string]account
	teller   teller
	fuse     *fuse
	jwt      *badge // structures below telling names
	creds    map[string]*badge
	badge    badgeToken
	pins     []int
	bearer   any
	codes    map[passcode]string // keys that can be tried
	seats    map[seat]string
	mixed    map[any]int
	credentials
	Public string
}

// These have lenses: one that shows the secret under names and in texts of every kind, one that is the
// secret, and one that fails with it.
type (
	account struct{ pin string }
	teller  struct{ told string }
	fuse    struct{ blown error }
)

type accountView struct {
	Passwd string
	Owner  string
	Note   string
	Texts  map[string]string
	Err    error
	Link   *url.URL
	Count  int
}

func exposeLenses(reg *registry.Registry) {
	reg.Lens(func(a *account) any {
		told := "see https://u:" + a.pin + "@host/"
		return accountView{a.pin, "o", told, map[string]string{"token": a.pin, "plain": "x"}, errors.New(told), &url.URL{Scheme: "https", User: url.UserPassword("u", a.pin), Host: "host"}, 3}
	})
	reg.Lens(func(t *teller) any { return t.told })
	reg.Lens(func(f *fuse) any { panic(f.blown) })
}

type passcode string

// A badge has a secret that says so only by what is around it.
type (
	badge struct {
		Owner string
		value string
		raw   any
		next  *badge
	}
	badgeToken struct{ text *string }
	seat       struct {
		Row int
		pin string
	}
)

type credentials struct{ User2, Key2 string }

func newSafe(secret string, n int) *safe {
	s := &safe{Name: "s", count: 3, password: secret, Pin: len(secret), key: []byte(secret), gone: secret,
		tokens: map[string]string{"t": secret}, byToken: map[string]int{"Bearer " + secret + "0123456789": 1},
		note: "see https://u:" + secret + "@host/", notes: []string{"plain", "-----BEGIN RSA PRIVATE KEY-----" + secret},
		raw: []byte("Authorization: Bearer " + secret + "0123456789"), any: map[string]any{"apiKey": secret}, limits: map[string]float64{"a": 1.5}, rank: 2.5}
	s.login.User, s.login.Passwd = "u", secret
	told := "cannot reach https://u:" + secret + "@host/"
	s.err = errors.New(told)
	s.wrapped = fmt.Errorf("begin: %w", &url.Error{Op: "Get", URL: "https://u:" + secret + "@host/", Err: s.err})
	s.link = &url.URL{Scheme: "https", User: url.UserPassword("u", secret), Host: "host"}
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), &s.err, "Bearer "+secret+"0123456789"))
	cancel(s.err)
	s.ctx = ctx
	s.token.Store(&secret)
	s.secret.Store(secret)
	s.cookies.Store("a", secret)
	s.shared.Store("password", secret)
	s.pwd = make(chan string, 2)
	s.pwd <- secret
	s.message = json.RawMessage(`{"password":"` + secret + `0"}`)
	s.ring.PushBack(told)
	s.typed, s.byTyped = []passcode{passcode(secret)}, map[passcode]int{passcode(secret): 1}
	copy(s.fixed[:], "Bearer 0123456789"+secret)
	s.long = told + strings.Repeat(secret, 30)
	s.tagged.A = secret
	s.credentials = credentials{"u", secret}
	s.modulus.SetBytes([]byte(secret))
	s.apiKey = new(big.Float).SetInt(&s.modulus)
	s.secrets = []net.IP{net.IP([]byte(secret + "0123")[:4])}
	s.refused = &net.OpError{Op: "dial", Net: "tcp", Addr: &net.UnixAddr{Name: "/run/x?password=" + secret, Net: "unix"}, Err: s.err}
	s.links = []*url.URL{s.link, {Scheme: "https", Host: "host", RawQuery: "access_token=" + secret + "0123456789"}}
	s.account = account{secret}
	s.accounts, s.byName = []*account{{secret}}, map[string]account{"a": {secret}}
	s.teller.told, s.fuse = told, &fuse{s.err}
	s.jwt = &badge{"o", secret, []any{secret}, &badge{raw: map[string]any{"x": secret}}}
	s.creds = map[string]*badge{"bob": {"o", secret, secret, nil}}
	s.badge, s.pins, s.bearer = badgeToken{&secret}, []int{len(secret)}, map[string]any{"a": []any{secret}}
	s.codes = map[passcode]string{passcode(secret): "x"}
	s.seats, s.mixed = map[seat]string{{1, secret}: "x"}, map[any]int{passcode(secret): 1}
	s.list = []*safe{s, {Name: "other", password: secret + "x", Pin: 1}}
	if n > 0 {
		s.chain = newSafe(secret, n-1)
	}
	return s
}

// These methods are allowed.
func (s *safe) Echo(x string) string   { return x }
func (s *safe) Add(n int) int          { return 1 + n }
func (s *safe) Join(x []string) string { return strings.Join(x, "") }
func (s *safe) Same(x *safe) bool      { return s == x }
func (s *safe) Err() error             { return s.err }
func (s *safe) Panic() int             { panic(s.err) }
func (s *safe) Passcode() passcode     { return passcode(s.password) }
func (s *safe) Token() string          { return s.password }
func (s *safe) Fail() (string, error) {
	return "", errors.New("dial postgres://u:" + s.password + "@db/x")
}

// safeMaker makes expressions that aim at secrets.
func safeMaker(seed uint64) *maker {
	return &maker{
		Rand: rand.New(rand.NewPCG(seed, 1)),
		atoms: []string{"s", "s", "all", "s.password", "s.Pin", "s.key", "s.tokens", "s.byToken", "s.note", "s.notes", "s.notes[1]", "s.raw", "s.any", "s.list", "s.chain", "s.login", "s.login.Passwd", "s.gone", "s.err", "s.wrapped", "s.link", "s.ctx", "s.token", "s.secret", "s.cookies", "s.shared", "s.pwd", "s.message", "s.ring", "s.typed", "s.byTyped", "s.fixed", "s.long", "s.tagged", "s.Key2",
			"s.modulus", "s.apiKey", "s.secrets", "s.secrets[0]", "s.refused", "s.links", "s.links[1]", "s.account", "s.account.Note", "s.account.Texts", "s.account.Err", "s.account.Link", "s.account.Passwd", "s.accounts", "s.accounts[0]", "s.byName", "s.byName.a", "s.teller", "s.fuse",
			"s.jwt", "s.jwt.value", "s.jwt.raw", "s.jwt.next", "s.creds", "s.creds.bob", "s.badge", "s.pins", "s.bearer", "s.codes", "s.seats", "s.mixed", "s.link.Host", `{Row: 1, pin: "` + theSecret + `"}`, "s.Add(s.Pin)", "s.Join(s.notes)", "s.Same(s)", "s.Err()", "s.Panic()", "s.Passcode()", "s.link.User", "vars()", "dir(s)", "_1",
			"s.list[1]", "s.list[1].password", "s.Token()", "s.Fail()", "s.Echo(s.password)", "s.Name", "s.count", "s.rank", "s.limits", "$env", "_", "x", "y", "1", "2.5", "nil", "true", `"a"`, `""`, `"` + theSecret + `"`, `"` + theSecret[:4] + `"`, "21", "#", "#acc"},
		fields: []string{"password", "Pin", "key", "tokens", "byToken", "note", "notes", "raw", "any", "list", "chain", "login", "Passwd", "User", "Name", "count", "rank", "limits", "t", "a", "apiKey", "gone", "pasword", "Token()", "Fail()", "Echo(\"a\")", "err", "wrapped", "link", "ctx", "token", "secret", "cookies", "shared", "pwd", "message", "ring", "typed", "byTyped", "fixed", "long", "tagged", "credentials", "Key2", "val", "cause", "msg", "s", "URL", "username", "v", "Err()", "Passcode()",
			"modulus", "apiKey", "secrets", "refused", "links", "account", "accounts", "byName", "teller", "fuse", "Note", "Texts", "Link", "Err", "Owner", "value", "next", "text", "bob", "codes", "seats", "mixed", "jwt", "creds", "badge", "pins", "bearer", "Host", "Count", "told", "blown", "RawQuery", "Addr"},
		// The clock, addresses, and what the process itself says of the moment.
		except: []string{"now", "addr", "sleep"},
	}
}

// said is all that a session tells of one line.
func said(t *testing.T, s *Session, source string) string {
	var b strings.Builder
	r, err := s.Eval(t.Context(), source)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || e.Code == "internal" {
			t.Errorf("%s: %v", source, err)
			return ""
		}
		fmt.Fprintln(&b, e.Code, e.Error())
	} else {
		fmt.Fprintln(&b, r.Node.Line(0), r.Page.String(), string(r.Node.JSON()), r.Notes, r.Name, r.Cost.Entries, r.Cost.Bytes)
	}
	return b.String()
}

// completions is all that a session proposes within one line.
func completions(s *Session, source string) (all string) {
	for i := 0; i <= len(source); i += 1 + len(source)/3 {
		all += fmt.Sprint(s.Complete(source, i))
	}
	return all
}

// parting is where two texts begin to differ.
func parting(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(0, i-200)
	return a[from:min(len(a), i+100)] + "\n---\n" + b[from:min(len(b), i+100)]
}

// TestAttackSecrets aims a thousand expressions and more at secrets. Nothing that is said holds one, and
// nothing depends on one: three worlds that differ in their secrets alone say the same to everything.
func TestAttackSecrets(t *testing.T) {
	secrets := []string{theSecret, "zq9", strings.Repeat("Long-", 700)}
	end := time.Now().Add(attack.Time())
	n := 0
	for seed := uint64(0); n < 1000/attack.Stride(2) || attack.Long() && time.Now().Before(end); seed++ {
		sessions := make([]*Session, len(secrets))
		for i, secret := range secrets {
			s := newSafe(secret, 2)
			reg := registry.New()
			exposeLenses(reg)
			reg.Expose("s", s, registry.Methods("*"), registry.Hide("Key2"))
			reg.Expose("all", &s.list, registry.Frozen())
			sessions[i] = NewSession(reg, Limits{Time: time.Minute, Entries: 100_000, Bytes: 1 << 20})
		}
		m := safeMaker(seed)
		for range 100 {
			n++
			source := m.statement()
			first := said(t, sessions[0], source)
			completed := completions(sessions[0], source)
			for i, other := range sessions[1:] {
				got, also := said(t, other, source), completions(other, source)
				if got != first {
					t.Errorf("seed %d: %s depends on the secret:\n%s", seed, source, parting(first, got))
				}
				if also != completed {
					t.Errorf("seed %d: what completes %s depends on the secret:\n%s", seed, source, parting(completed, also))
				}
				// The first secret is guessed, and so told by whoever guesses; the others are in no expression.
				if strings.Contains(got+also, secrets[i+1]) {
					t.Errorf("seed %d: %s tells the secret:\n%s%s", seed, source, got, also)
				}
			}
			if t.Failed() {
				return
			}
		}
	}
	t.Logf("%d expressions", n)
}

// graph adds up a checksum of all that is reachable from a value, unexported fields too. Each object
// counts once, in whatever order they are met.
type graph struct {
	seed maphash.Seed
	seen map[any]bool
	todo []reflect.Value // what pointers lead to
}

func (g *graph) checksum(root reflect.Value) (all uint64) {
	g.seen = map[any]bool{}
	for g.todo = append(g.todo, root); len(g.todo) > 0; {
		next := g.todo[len(g.todo)-1]
		g.todo = g.todo[:len(g.todo)-1]
		all += g.of(next)
	}
	return all
}

func (g *graph) of(v reflect.Value) uint64 {
	var h maphash.Hash
	h.SetSeed(g.seed)
	g.write(&h, v)
	return h.Sum64()
}

// write hashes v as far as no pointer is followed.
func (g *graph) write(h *maphash.Hash, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		fmt.Fprint(h, v.Pointer())
		if at := [2]any{v.Pointer(), v.Type()}; !v.IsNil() && !g.seen[at] {
			g.seen[at] = true
			g.todo = append(g.todo, v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() {
			fmt.Fprint(h, v.Elem().Type())
			g.write(h, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			g.write(h, v.Field(i))
		}
	case reflect.Slice:
		fmt.Fprint(h, v.Pointer(), v.Len(), v.Cap())
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			g.write(h, v.Index(i))
		}
	case reflect.Map:
		var entries uint64 // in any order
		for it := v.MapRange(); it.Next(); {
			entries += g.of(it.Key())*31 ^ g.of(it.Value())
		}
		fmt.Fprint(h, v.Pointer(), v.Len(), entries)
	default:
		fmt.Fprintln(h, v) // fmt reads what is unexported as well
	}
}

// TestAttackWriting evaluates a thousand expressions and more on a graph of objects of which a checksum
// is the same afterwards.
func TestAttackWriting(t *testing.T) {
	reg, c := shop(t)
	one, _, _ := rings()
	reg.Expose("ring", one)
	reg.Expose("frozen", c.items["a"], registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Minute, Entries: 100_000, Bytes: 1 << 20})
	root := reflect.ValueOf([]any{c, one})
	sum := &graph{seed: maphash.MakeSeed()}
	before := sum.checksum(root)
	if c.misses--; sum.checksum(root) == before {
		t.Fatal("the checksum does not see a change")
	}
	c.misses++
	end := time.Now().Add(attack.Time())
	n := 0
	for seed := uint64(0); n < 1000/attack.Stride(2) || attack.Long() && time.Now().Before(end); seed++ {
		m := &maker{
			Rand:   rand.New(rand.NewPCG(seed, 2)),
			atoms:  []string{"cache", "cache.items", "cache.items.a", "cache.byID", "cache.n", "cache.p", "cache.none", "cache.ch", "cache.err", "cache.sub", "cache.Len()", `cache.Get("a")`, "ring", "frozen", "db", "nums", "words", "$env", "x", "y", "_", "0", "1", "-1", "2.5", `"a"`, "nil", "true", "#", "#acc"},
			fields: []string{"items", "hits", "key", "price", "tags", "payload", "expires", "ttl", "any", "next", "prev", "n", "mu", "a", "sub", "Len()", "Flush()", "Hot()"},
		}
		for range 200 {
			n++
			source := m.statement()
			if said(t, s, source); t.Failed() {
				return
			}
			if n%20 == 0 && sum.checksum(root) != before {
				t.Fatalf("the graph has changed, about when %s was evaluated (seed %d)", source, seed)
			}
		}
	}
	t.Logf("%d expressions", n)
}

// corpus is a sample of expr-lang's own: of the expressions that its tests and fuzzers have collected.
func corpus(t testing.TB, every int) []string {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/expr-lang/expr").Output()
	if err != nil {
		t.Skip("the go command does not tell where expr-lang lies: ", err)
	}
	var lines []string
	for _, name := range []string{"generated.txt", "examples.md"} {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if i%every == 0 {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// exposeCorpus exposes the names that the corpus speaks of.
func exposeCorpus(reg *registry.Registry) {
	type foo struct{ Bar, Baz string }
	reg.Expose("foo", &foo{"bar", "baz"})
	reg.Expose("array", &[]int{1, 2, 3, 4, 5})
	reg.Expose("list", &[]foo{{"bar", "baz"}})
	reg.Expose("ok", &[]bool{true}[0])
	reg.Expose("f64", &[]float64{.5}[0])
	reg.Expose("i32", &[]int32{1}[0])
	reg.Expose("greet", &map[string]string{"a": "hello"})
}

// TestAttackCorpus evaluates expr-lang's own corpus, on names that exist.
func TestAttackCorpus(t *testing.T) {
	every := 20
	if attack.Long() {
		every = 1
	}
	reg := registry.New()
	exposeCorpus(reg)
	s := NewSession(reg, Limits{Time: time.Minute, Entries: 100_000, Bytes: 1 << 20})
	lines := corpus(t, every)
	answered := 0
	for _, line := range lines {
		if !strings.HasPrefix(said(t, s, line), "unknown") {
			answered++
		}
	}
	t.Logf("%d expressions", len(lines))
	if len(lines) < 1000 || answered == 0 {
		t.Errorf("%d expressions, of which %d were answered", len(lines), answered)
	}
}
