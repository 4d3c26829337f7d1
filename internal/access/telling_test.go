package access

//lint:file-ignore U1000 some fields here are only looked at

import (
	"container/list"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// Types that hold a secret.
type (
	valueToken struct{ value string }
	timedToken struct{ inner, name string }
	soleToken  struct {
		jot     string
		expires time.Time
		used    bool
		times   int
	}
	maybe[T any] struct {
		V     T
		Valid bool
	}
	boxed     struct{ valueToken }
	oddString string
	PIN       int
	speller   struct{ letters []string }
	chained   struct {
		Value any
		next  *chained
	}
)

// below returns every kind of value below a secret name that holds the secret s, or the number n.
func below(s string, n int) any {
	type parts struct {
		token    valueToken
		secret   *soleToken
		apiKey   timedToken
		password sql.NullString
		passwd   maybe[string]
		cred     boxed
		spelled  struct{ password speller }
		jwt      chained
		cookie   *http.Cookie
		cookies  []*http.Cookie

		passwords  map[string]string
		secrets    []string
		tokens     map[string]struct{} // the keys are the tokens
		credential map[string][]string
		apiKeys    map[string]*valueToken
		tokenMap   map[string]any
		privateKey any

		pwd        *string
		passphrase **string
		otp        any
		bearer     *any
		clientPwd  oddString
		authHeader []byte
		passcode   [32]byte
		secretJSON json.RawMessage
		secretErr  error
		secretWrap error
		sshKey     atomic.Pointer[string]
		hostKey    atomic.Value
		signingKey sync.Map
		masterKey  list.List
		hmacKey    big.Int
		secretURL  *url.URL

		pin   int
		totp  *uint16
		pins  []int
		pass  map[string]int
		typed struct {
			it  PIN
			pin sql.NullInt64
		}
		any map[string]any
	}
	p := &parts{
		token: valueToken{s}, secret: &soleToken{jot: s, times: 7}, apiKey: timedToken{s, "shown"}, password: sql.NullString{String: s, Valid: true},
		passwd: maybe[string]{s, true}, cred: boxed{valueToken{s}}, jwt: chained{s, &chained{[]any{s}, nil}},
		cookie: &http.Cookie{Name: "shown", Value: s, Raw: "sid=" + s}, cookies: []*http.Cookie{{Name: "shown", Value: s, Unparsed: []string{s}}},
		passwords: map[string]string{"bob": s}, secrets: []string{s}, tokens: map[string]struct{}{s: {}}, credential: map[string][]string{"bob": {s}},
		apiKeys: map[string]*valueToken{s: {s}}, tokenMap: map[string]any{"a": map[string]any{"b": s}, "c": []any{s}, s: 1},
		privateKey: struct{ D, P *big.Int }{new(big.Int).SetBytes([]byte(s)), nil},
		pwd:        &s, otp: s, clientPwd: oddString(s), authHeader: []byte(s), secretJSON: json.RawMessage(`"` + s + `"`),
		secretErr: errors.New(s), secretWrap: fmt.Errorf("%s: %w", s, errors.New(s)), secretURL: &url.URL{Host: "h", Path: s},
		pin: n, pins: []int{n}, pass: map[string]int{"bob": n},
		any: map[string]any{"password": s, "otp": float64(n), "tokens": []any{s}, "nested": map[string]any{"secret": map[string]any{"a": s}}},
	}
	at := &s
	p.passphrase, p.spelled.password = &at, speller{[]string{s}}
	var boxed any = s
	p.bearer = &boxed
	copy(p.passcode[:], s)
	p.sshKey.Store(&s)
	p.hostKey.Store(s)
	p.signingKey.Store(s, s)
	p.masterKey.PushBack(s)
	p.hmacKey.SetBytes([]byte(s))
	small := uint16(n)
	p.totp, p.typed.it, p.typed.pin = &small, PIN(n), sql.NullInt64{Int64: int64(n), Valid: true}
	return p
}

// TestSecretsBelowTellingNames has texts, bytes and numbers below a secret name, held in every way:
// none is told, whatever is asked.
func TestSecretsBelowTellingNames(t *testing.T) {
	for i, opts := range policies() {
		if i%attack.Stride(1) != 0 {
			continue
		}
		tell := func(s string, n int) string {
			l, c := lookAt(t, below(s, n), opts...)
			patient(l)
			var out strings.Builder
			crawl(c, &out, 0)
			return out.String()
		}
		one, two := tell("hunter2", 4711), tell("a-horse", 1984)
		for _, secret := range []string{"hunter2", "4711", "horse", "1984", "68756e74657232", fmt.Sprint(new(big.Int).SetBytes([]byte("hunter2")))} {
			for _, line := range strings.Split(one+two, "\n") {
				if strings.Contains(line, secret) {
					at := strings.Index(line, secret)
					t.Errorf("%d: %s is told: …%s…", i, secret, line[max(0, at-150):min(len(line), at+50)])
					break
				}
			}
		}
		a, b := strings.Split(one, "\n"), strings.Split(two, "\n")
		for j := range min(len(a), len(b)) {
			if mask(a[j]) != mask(b[j]) {
				at := 0
				for at < min(len(a[j]), len(b[j])) && a[j][at] == b[j][at] {
					at++
				}
				from := max(0, at-150)
				t.Errorf("%d: one secret gives %.300s\nanother        %.300s", i, a[j][from:], b[j][from:])
				break
			}
		}
		if strings.Count(one, "shown") < 3 {
			t.Errorf("%d: names beside secrets are not told", i)
		}
	}
}

type (
	credStore struct {
		mu     sync.Mutex
		byUser map[string]*credOf
		path   string
		loads  int
	}
	credOf struct {
		User, Note string
		Password   string
		Since      time.Time
	}
	funcDecl struct {
		parent *funcDecl
		pos    int
		name   string
		typ    fmt.Stringer
	}
)

// TestStructuresBelowTellingNames has structs below a secret name: the names of their own fields
// decide.
func TestStructuresBelowTellingNames(t *testing.T) {
	type object struct {
		creds    *credStore
		files    map[string]*funcDecl
		objects  map[string]any
		link     *url.URL
		tokenURL string
		tokens   int
		pins     int
		password any
		Cookie   http.Cookie
		secret   sync.Mutex
	}
	o := &object{
		creds:    &credStore{byUser: map[string]*credOf{"bob": {User: "bob", Note: "n", Password: "hunter2"}}, path: "/etc/x", loads: 3},
		files:    map[string]*funcDecl{"cookie.go": {pos: 7, name: "cookie"}},
		objects:  map[string]any{"ErrNoCookie": &funcDecl{pos: 8, name: "ErrNoCookie"}, "ErrBadToken": "is a text"},
		link:     &url.URL{Scheme: "https", Host: "example.org", User: url.UserPassword("ann", "hunter2"), Path: "/x"},
		tokenURL: "https://example.org/token", tokens: 9, pins: 4, password: &credOf{User: "eve", Password: "hunter2"},
		Cookie: http.Cookie{Name: "sid", Value: "hunter2", Path: "/"},
	}
	_, c := lookAt(t, o)
	for want, steps := range map[string][]any{
		"bob":                         {".creds", ".byUser", "bob", ".User"},
		"n":                           {".creds", ".byUser", "bob", ".Note"},
		"/etc/x":                      {".creds", ".path"},
		"3":                           {".creds", ".loads"},
		"cookie":                      {".files", "cookie.go", ".name"},
		"7":                           {".files", "cookie.go", ".pos"},
		"ErrNoCookie":                 {".objects", "ErrNoCookie", ".name"},
		"is a text":                   {".objects", "ErrBadToken"},
		"https://ann:…@example.org/x": {".link"},
		"example.org":                 {".link", ".Host"},
		"ann":                         {".link", ".User", ".username"},
		"https://example.org/token":   {".tokenURL"},
		"9":                           {".tokens"},
		"4":                           {".pins"},
		"eve":                         {".password", ".User"},
		"sid":                         {".Cookie", ".Name"},
		"/":                           {".Cookie", ".Path"},
	} {
		v, err := reach(c, steps...)
		if err != nil {
			t.Errorf("%v: %v", steps, err)
			continue
		}
		if v, err = v.Target(); err != nil {
			t.Errorf("%v: %v", steps, err)
			continue
		}
		if x, _, err := v.Plain(); err != nil || fmt.Sprint(x) != want {
			t.Errorf("%v: %v, %v, want %s", steps, x, err, want)
		}
	}
	for _, steps := range [][]any{
		{".creds", ".byUser", "bob", ".Password"}, {".link", ".User", ".password"}, {".password", ".Password"}, {".Cookie", ".Value"},
	} {
		if v, err := reach(c, steps...); err != nil || !v.Hidden() {
			t.Errorf("%v is shown (%v)", steps, err)
		}
	}
	if text := c.Snap(render.Limit{Depth: 8}).Line(0); strings.Contains(text, "hunter2") {
		t.Error(text)
	}
}

// TestSecretInTextOfLens has values whose text looks like a secret: they are shown by their fields,
// of which only the secret one is hidden. A password that somebody masked is none.
func TestSecretInTextOfLens(t *testing.T) {
	o := &struct {
		link  *url.URL
		err   error
		plain error
		copy  url.URL
	}{
		link:  &url.URL{Scheme: "https", Host: "example.org", RawQuery: "access_token=hunter2hunter2"},
		err:   &url.Error{Op: "Get", URL: "https://ann:hunter2@example.org/", Err: errors.New("refused")},
		plain: &url.Error{Op: "Get", URL: "https://ann:***@example.org/", Err: errors.New("refused")},
		copy:  url.URL{Scheme: "https", Host: "example.org", User: url.UserPassword("ann", "hunter2")},
	}
	_, c := lookAt(t, o)
	text := c.Snap(render.Limit{Depth: 8}).Line(0)
	for _, want := range []string{
		`link: *url.URL{Scheme: "https"`, `Host: "example.org"`, `RawQuery: <redacted>`, `*url.Error{Op: "Get", URL: <redacted>, Err: "refused"}`,
		"`Get \"https://ann:***@example.org/\": refused`", `copy: "https://ann:…@example.org"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if strings.Contains(text, "hunter2") {
		t.Error(text)
	}
	for _, path := range [][]any{{".link", ".Host"}, {".copy", ".Host"}} {
		if x, err := must(t, c, path...).Scalar(); x != "example.org" || err != nil {
			t.Errorf("%v: %v, %v", path, x, err)
		}
	}
	if x, ok, err := must(t, c, ".link").Plain(); ok || err != nil {
		t.Errorf("%v, %v", x, err)
	}
}
