package access

//lint:file-ignore U1000 some fields here are only looked at

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"expvar"
	"flag"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// A false alarm is a value in the structs of a real library that is hidden and is no secret. The
// real secrets among them are named by the end of their paths.
type alarms struct {
	t      *testing.T
	secret []string // ends of paths that are hidden with good reason
	seen   map[object]bool
	values int // that were looked at
	right  map[string]int
	wrong  []string // paths
}

// most bounds how many values of one struct are examined.
const most = 150_000

func (a *alarms) walk(v *View, path string, depth int) {
	if a.values++; a.values > most || depth > 60 {
		return
	}
	if v.Hidden() {
		for _, end := range a.secret {
			if strings.HasSuffix(path, end) {
				a.right[end]++
				return
			}
		}
		a.wrong = append(a.wrong, path)
		return
	}
	next := func(c *View, step string) { a.walk(c, path+step, depth+1) }
	switch v.Shape() {
	case inspect.Pointer, inspect.Interface:
		if c, err := v.deref(); err == nil && c != nil {
			next(c, "")
		}
	case inspect.Struct:
		at := object{v.val.Addr(), v.val.Type()}
		if at.addr != 0 && a.seen[at] {
			return
		}
		a.seen[at] = true
		for i, f := range v.val.Fields() {
			if c := v.fieldAt(i); c != nil && f.Name != "_" {
				next(c, "."+f.Name)
			}
		}
	case inspect.List, inspect.Map:
		n := 0
		err := v.EachUnlocked(func(key, elem *View) (bool, error) {
			e, err := elem.Keep()
			if err != nil {
				return false, err
			}
			step := "[]"
			if key != nil {
				if key.Hidden() {
					a.wrong = append(a.wrong, path+"{key}")
				}
				if x, ok, _ := key.Plain(); ok {
					if s, ok := x.(string); ok {
						step = "[" + s + "]"
					}
				}
			}
			next(e, step)
			n++
			return a.values < most && n < 5000, nil
		})
		if err != nil {
			a.t.Logf("%s: %v", path, err)
		}
	}
}

// checked is the standard library package path as go/types sees it, and its files, without the
// packages that it imports.
func checked(t *testing.T, path string) any {
	dir, err := build.Import(path, "", 0)
	if err != nil {
		t.Fatalf("the sources of the standard library: %v", err)
	}
	files, set, list := map[string]*ast.File{}, token.NewFileSet(), []*ast.File(nil)
	for _, name := range dir.GoFiles {
		f, err := parser.ParseFile(set, filepath.Join(dir.Dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files[name], list = f, append(list, f)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Error: func(error) {}, Importer: nothing{}, IgnoreFuncBodies: true}
	pkg, _ := conf.Check(path, set, list, info)
	return &struct {
		pkg   *types.Package
		scope map[string]types.Object
		files map[string]*ast.File
		set   *token.FileSet
	}{pkg, named(pkg), files, set}
}

func named(pkg *types.Package) map[string]types.Object {
	all := map[string]types.Object{}
	for _, name := range pkg.Scope().Names() {
		all[name] = pkg.Scope().Lookup(name)
	}
	return all
}

type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return nil, errors.New("not imported") }

// noDriver is a database without tables.
type noDriver struct{}

func (noDriver) Connect(context.Context) (driver.Conn, error) { return noConn{}, nil }
func (noDriver) Driver() driver.Driver                        { return nil }
func (noConn) Prepare(string) (driver.Stmt, error)            { return noStmt{}, nil }
func (noConn) Close() error                                   { return nil }
func (noConn) Begin() (driver.Tx, error)                      { return nil, errors.New("none") }
func (noStmt) Close() error                                   { return nil }
func (noStmt) NumInput() int                                  { return -1 }
func (noStmt) Exec([]driver.Value) (driver.Result, error)     { return driver.ResultNoRows, nil }
func (noStmt) Query([]driver.Value) (driver.Rows, error)      { return nil, errors.New("none") }

type (
	noConn struct{}
	noStmt struct{}
)

// metric and metricSet have the form of the registry of Prometheus's Go client.
type (
	labelPair struct{ name, value *string }
	metric    struct {
		desc   *metricDesc
		bits   uint64
		labels []*labelPair
		since  time.Time
	}
	metricDesc struct {
		fqName, help, unit string
		constLabels        []*labelPair
		variableLabels     []string
		id, dimHash        uint64
		err                error
	}
	metricSet struct {
		mtx             sync.RWMutex
		collectorsByID  map[uint64]*metric
		descIDs         map[uint64]struct{}
		dimHashesByName map[string]uint64
		byName          map[string][]*metric
		unchecked       []*metric
	}
)

func newMetrics() *metricSet {
	m := &metricSet{collectorsByID: map[uint64]*metric{}, descIDs: map[uint64]struct{}{}, dimHashesByName: map[string]uint64{}, byName: map[string][]*metric{}}
	for i, name := range []string{
		"http_requests_total", "auth_token_refresh_total", "tokens_per_second", "oauth_token_errors_total", "cookie_bytes", "password_resets_total", "llm_tokens_total",
		"secret_rotations_seconds", "api_key_age_seconds", "credentials_loaded", "session_cookie_count", "bearer_requests_total", "pin_attempts_total",
	} {
		id, handler := uint64(i), "handler"
		x := &metric{desc: &metricDesc{fqName: name, help: "how many", id: id, variableLabels: []string{"handler"}}, bits: 42, labels: []*labelPair{{&handler, &name}}}
		m.collectorsByID[id], m.descIDs[id], m.dimHashesByName[name], m.byName[name] = x, struct{}{}, id, []*metric{x}
	}
	return m
}

// TestFalseAlarms counts what is hidden in the structs of real libraries and is no secret.
func TestFalseAlarms(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var asked *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "hunter2", Path: "/"})
	}))
	defer server.Close()
	client := server.Client()
	client.Jar = jar
	link, err := url.Parse(server.URL + "/cookie/token?page=1")
	if err != nil {
		t.Fatal(err)
	}
	link.User = url.UserPassword("ann", "hunter2")
	var answer *http.Response
	for range 2 {
		// The second request sends the cookie that the first answer set.
		if answer, err = client.Get(link.String()); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	db := sql.OpenDB(noDriver{})
	defer db.Close()
	stmt, err := db.Prepare("select token from sessions")
	if err != nil {
		t.Fatal(err)
	}
	defer stmt.Close()
	text := template.Must(template.New("cookie").Parse(`{{range .Tokens}}{{.Name}} {{end}}{{define "password"}}x{{end}}`))
	flags := flag.NewFlagSet("app", flag.ContinueOnError)
	flags.String("token-file", "/run/token", "where the token is")
	flags.Int("max-tokens", 7, "how many")
	var decoded any
	if err := json.Unmarshal([]byte(`{"tokens": 5, "usage": {"prompt_tokens": 7, "completion_tokens": 8}, "tokenizer": "bpe", "token_type": "x", "author": "y", "key": "z"}`), &decoded); err != nil {
		t.Fatal(err)
	}
	vars := new(expvar.Map).Init()
	vars.Add("token_refreshes", 3)
	vars.Add("cookies", 3)
	total := 0
	for _, x := range []struct {
		name   string
		object any
		secret []string
	}{
		{"server", server.Config, []string{".SessionTicketKey"}},
		{"client", client, []string{".Value", ".buf"}},
		{"request", asked, []string{"[Cookie]", "[Authorization]", ".SessionTicketKey"}},
		{"answer", answer, []string{"[Set-Cookie]", "[Cookie]", "[Authorization]"}},
		{"http", checked(t, "net/http"), nil},
		{"tokens", checked(t, "go/token"), nil},
		{"creds", checked(t, "crypto/tls"), nil},
		{"secrets", checked(t, "net/http/cookiejar"), nil},
		{"db", db, nil},
		{"stmt", stmt, nil},
		{"metrics", newMetrics(), nil},
		{"text", text, nil},
		{"flags", flags, nil},
		{"decoded", &decoded, nil},
		{"vars", vars, nil},
		{"logger", slog.Default(), nil},
		{"config", &tls.Config{ServerName: "cookie"}, []string{".SessionTicketKey"}},
	} {
		reg := New()
		reg.Expose(x.name, x.object)
		root, err := reg.Visit(t.Context(), nil).Get(x.name)
		if err != nil {
			t.Fatal(err)
		}
		a := &alarms{t: t, secret: x.secret, seen: map[object]bool{}, right: map[string]int{}}
		a.walk(root, x.name, 0)
		t.Logf("%-10s %7d values, %2d false alarms, secrets %v", x.name, a.values, len(a.wrong), a.right)
		for _, path := range a.wrong[:min(len(a.wrong), 12)] {
			t.Logf("    %s", path[max(0, len(path)-150):])
		}
		for _, end := range x.secret {
			if a.right[end] == 0 {
				t.Errorf("%s: %s is shown, or not there", x.name, end)
			}
		}
		total += len(a.wrong)
	}
	t.Logf("%d false alarms", total)
	if total > maxFalseAlarms {
		t.Errorf("%d false alarms, where there were %d", total, maxFalseAlarms)
	}
}

// maxFalseAlarms is the known number of them: the source of a template that is called password.
const maxFalseAlarms = 1
