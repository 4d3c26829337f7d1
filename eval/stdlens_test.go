package eval

import (
	"container/list"
	circular "container/ring"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// standard has values of the standard library's types that are seen through lenses.
type standard struct {
	count  atomic.Int64
	flag   atomic.Bool
	ptr    atomic.Pointer[tenant]
	box    atomic.Value
	mu     sync.Mutex
	rw     sync.RWMutex
	group  sync.WaitGroup
	once   sync.Once
	byName sync.Map
	ch     chan int
	when   time.Time
	zone   *time.Location
	took   time.Duration
	small  *big.Int
	huge   *big.Int
	minus  big.Int
	half   *big.Rat
	third  *big.Rat
	whole  big.Rat
	pi     *big.Float
	exact  *big.Float
	inf    *big.Float
	vast   *big.Float
	zero   big.Float
	addr   netip.Addr
	port   netip.AddrPort
	prefix netip.Prefix
	ip     net.IP
	noIP   net.IP
	ipNet  *net.IPNet
	link   *url.URL
	text   []byte
	bin    []byte
	raw    json.RawMessage
	queue  *list.List
	ring   *circular.Ring
	f      func()
	byAddr map[netip.Addr]int
	errs   []error
	ctx    context.Context
	ended  context.Context
	timed  context.Context
}

func standards(t testing.TB) (*registry.Registry, *standard) {
	x := &standard{
		took: 90 * time.Second, when: time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), zone: time.UTC,
		small: big.NewInt(42), huge: new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil), minus: *big.NewInt(-7),
		half: big.NewRat(1, 2), third: big.NewRat(-1, 3), whole: *big.NewRat(6, 3),
		exact: big.NewFloat(-2.5), inf: new(big.Float).SetInf(true),
		vast: new(big.Float).SetMantExp(big.NewFloat(0.5), math.MaxInt32), ch: make(chan int, 4),
		addr: netip.MustParseAddr("10.1.2.3"), port: netip.MustParseAddrPort("[fe80::1%eth0]:80"), prefix: netip.MustParsePrefix("10.0.0.0/8"),
		ip: net.ParseIP("192.0.2.1"), text: []byte("hello"), bin: []byte{0, 1, 255}, raw: json.RawMessage(`{"a": 1}`),
		queue: list.New(), ring: circular.New(3), f: func() {}, byAddr: map[netip.Addr]int{netip.MustParseAddr("::1"): 1},
	}
	x.pi, _ = new(big.Float).SetPrec(100).SetString("3.14159265358979323846264338327")
	_, x.ipNet, _ = net.ParseCIDR("192.0.2.0/24")
	x.link, _ = url.Parse("https://ann@example.org:8443/a%2Fb?q=1#frag")
	x.count.Store(7)
	x.flag.Store(true)
	x.ptr.Store(&tenant{name: "t"})
	x.box.Store("boxed")
	x.byName.Store("a", 1)
	x.byName.Store("b", 2)
	x.rw.RLock()
	x.group.Add(2)
	x.once.Do(func() {})
	x.ch <- 1
	for i := range 3 {
		x.queue.PushBack(i)
		x.ring.Value = 10 + i
		x.ring = x.ring.Next()
	}
	ended, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("enough"))
	timed, stop := context.WithDeadline(context.Background(), time.Now().Add(time.Hour))
	t.Cleanup(stop)
	x.ctx, x.ended, x.timed = context.Background(), ended, timed
	_, open := os.Open("/does/not/exist")
	_, number := strconv.Atoi("x1")
	x.errs = []error{
		errors.New("plain"), fmt.Errorf("wrapped: %w", fs.ErrNotExist), errors.Join(errors.New("a"), errors.New("b")), open, number,
		context.DeadlineExceeded, context.Canceled, fmt.Errorf("two: %w and %w", errors.New("x"), errors.New("y")), os.ErrDeadlineExceeded,
		&net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.ParseIP("::1"), Port: 80}, Err: errors.New("refused")},
		&net.DNSError{Err: "no such host", Name: "x.example"},
		&url.Error{Op: "Get", URL: "http://x.example/", Err: errors.New("refused")},
	}
	reg := registry.New()
	reg.Expose("x", x, registry.Frozen())
	return reg, x
}

// TestStandardLenses: what the standard library's types stand for can be compared and computed with.
func TestStandardLenses(t *testing.T) {
	reg, x := standards(t)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{
		`x.count == 7`, `x.count + 1 == 8`, `x.flag`, `x.ptr.name == "t"`, `x.box == "boxed"`,
		`x.byName.a + x.byName["b"] == 3`, `len(x.byName) == 2`, `sum(x.byName) == 3`, `"a" in x.byName`, `not ("c" in x.byName)`,
		`len(x.ch) == 1`, `cap(x.ch) == 4`, `x.when.Year() == 2024`, `x.when < now()`, `x.took == duration("90s")`, `x.took > duration("1m")`,
		`x.small == 42`, `x.small < 43.5`, `x.small * 2 == 84`, `x.huge == "1000000000000000000000000000000"`, `x.minus == -7`,
		`x.half == 0.5`, `x.half + 1 == 1.5`, `x.third == "-1/3"`, `x.whole == 2`,
		`x.exact == -2.5`, `x.exact < 0`, `x.inf < -1e300`, `x.zero == 0`, `x.pi startsWith "3.14159265358979323846"`, `x.vast startsWith "0x.8p+"`,
		`x.addr == "10.1.2.3"`, `x.addr startsWith "10."`, `x.addr in ["10.1.2.3", "::1"]`, `x.port == "[fe80::1%eth0]:80"`, `x.prefix == "10.0.0.0/8"`,
		`x.ip == "192.0.2.1"`, `x.noIP == nil`, `x.ipNet == "192.0.2.0/24"`, `x.byAddr["::1"] == 1`, `"::1" in x.byAddr`, `keys(x.byAddr) == ["::1"]`,
		`x.link contains "example.org:8443"`, `x.link == "https://ann@example.org:8443/a%2Fb?q=1#frag"`,
		`string(x.text) == "hello"`, `len(x.bin) == 3`, `fromJSON(string(x.raw)).a == 1`, `x.raw contains "a"`,
		`len(x.queue) == 3`, `x.queue[1] == 1`, `sum(x.queue) == 3`, `map(x.queue, # * 2) == [0, 2, 4]`, `len(x.ring) == 3`, `sort(x.ring) == [10, 11, 12]`,
		`x.errs[0] == "plain"`, `x.errs[1] contains "file does not exist"`, `x.errs[3] startsWith "open /does"`, `count(x.errs, # contains "refused") == 2`,
		`freq(x.errs)[0].count == 1`, `top(x.queue, 1)[0].by == 2`, `hist(x.ring).max == 12`,
	} {
		if ok, err := answer(t, s, source); ok != true || err != nil {
			t.Errorf("%s: %v, %v", source, ok, err)
		}
	}
	for i, err := range x.errs {
		if got, failed := answer(t, s, fmt.Sprintf("x.errs[%d]", i)); got != err.Error() {
			t.Errorf("error %d is read as %q, %v; it says %q", i, got, failed, err)
		}
	}
	for source, text := range map[string]string{
		`x.addr == 5`: "a string == an integer", `x.small == "42"`: "an integer == a string", `x.huge > 5`: "a string > an integer",
		`x.took > 5`: "write the number as a duration", `x.mu == 1`: "makes no sense",
	} {
		if _, err := answer(t, s, source); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v, want %s", source, err, text)
		}
	}
	for source, want := range map[string]string{
		"x.mu": "unlocked", "x.rw": "1 reading", "x.group": "waits for 2", "x.once": "done", "x.ch": "1 of 4", "x.zone": "UTC",
		"x.ctx": "context.backgroundCtx", "x.ended": "ended: context canceled, cause: enough", "x.timed": "not ended", "x.f": "eval.standards.func",
		"x.bin": "0x0001ff", "x.queue": "0, 1, 2", "x.huge": "1000000000000000000000000000000", "x.third": "-1/3",
	} {
		if got := shown(t, s, source); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	r, err := s.Eval(t.Context(), "x")
	if err != nil || !json.Valid([]byte(r.Node.JSON())) {
		t.Errorf("no JSON of all of them: %v", err)
	}
	got, err := answer(t, s, "toJSON(x)")
	var back map[string]any
	if text, _ := got.(string); err != nil || json.Unmarshal([]byte(text), &back) != nil {
		t.Fatalf("toJSON(x): %v, %v", got, err)
	}
	for field, want := range map[string]any{"count": 7.0, "flag": true, "addr": "10.1.2.3", "small": 42.0, "third": "-1/3", "link": "https://ann@example.org:8443/a%2Fb?q=1#frag", "took": 9e10, "noIP": nil} {
		if back[field] != want {
			t.Errorf("the JSON of %s is %v, want %v", field, back[field], want)
		}
	}
}

// TestStandardLensesRacy: the same values through memory that may be changing, with secrets in them.
func TestStandardLensesRacy(t *testing.T) {
	_, x := standards(t)
	x.link.User = url.UserPassword("ann", "hunter2")
	reg := registry.New()
	reg.Expose("free", &struct{ any any }{x}, registry.Guard(nil))
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string]any{
		"free.any.small": 42, "free.any.addr": "10.1.2.3", "free.any.port": "[fe80::1%eth0]:80", "len(free.any.queue)": 3, "sum(free.any.ring)": 33,
		"free.any.half": .5, "free.any.exact": -2.5, `free.any.errs[0]`: "plain", "free.any.count": 7, "len(free.any.byName)": 2,
	} {
		if got, err := answer(t, s, source); got != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", source, got, err, want)
		}
	}
	if got := shown(t, s, "free.any"); strings.Contains(got, "hunter2") {
		t.Errorf("the password of a URL: %s", got)
	}
	if _, err := answer(t, s, `free.any.link contains "hunter2"`); err == nil {
		if ok, _ := answer(t, s, `free.any.link contains "hunter2"`); ok == true {
			t.Error("the password of a URL can be searched for")
		}
	}
}

// TestHostileChains: links that lead nowhere, or in a circle without their beginning.
func TestHostileChains(t *testing.T) {
	circle, cut := list.New(), list.New()
	for i := range 10 {
		circle.PushBack(i)
		cut.PushBack(i)
	}
	a, b := circle.Front().Next().Next(), circle.Back()
	// What the list package keeps to itself is at the beginning of an element: next, prev.
	setNext(b, a)
	setNext(cut.Front().Next(), nil)
	lasso := circular.New(5)
	setRingNext(lasso.Prev(), lasso.Next())
	reg := registry.New()
	reg.Expose("circle", circle, registry.Frozen())
	reg.Expose("cut", cut, registry.Frozen())
	reg.Expose("lasso", lasso, registry.Frozen())
	reg.Expose("free", &struct{ a, b, c any }{circle, cut, lasso}, registry.Guard(nil))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{"sum(circle)", "count(cut, true)", "count(lasso, true)", "len(lasso)", "count(free.a, true)", "count(free.b, true)", "count(free.c, true)", "top(circle, 3)", "hist(free.a)"} {
		if x, err := answer(t, s, source); codeOfError(err) != "unreadable" {
			t.Errorf("%s: %v, %v", source, x, err)
		}
	}
	for _, source := range []string{"circle", "cut", "lasso", "free", "size(circle)", "tree(free, 5)", "snap(lasso)", "diff(snap(circle), circle)"} {
		if _, err := s.Eval(t.Context(), source); err != nil && codeOfError(err) != "unreadable" {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// setNext and setRingNext break a list as no program should, and memory that is being changed may look.
func setNext(e, next *list.Element) {
	*(**list.Element)(reflect.ValueOf(e).UnsafePointer()) = next
}

func setRingNext(r, next *circular.Ring) {
	*(**circular.Ring)(reflect.ValueOf(r).UnsafePointer()) = next
}

// noDatabase is a database that cannot be connected to.
type noDatabase struct{}

func (noDatabase) Connect(context.Context) (driver.Conn, error) { return nil, errors.New("refused") }
func (noDatabase) Driver() driver.Driver                        { return nil }

// TestDatabase: a database tells its own statistics where the application allows the method, or sets a lens.
func TestDatabase(t *testing.T) {
	db := sql.OpenDB(noDatabase{})
	defer db.Close()
	db.SetMaxOpenConns(7)
	reg, lensed, bare := registry.New(), registry.New(), registry.New()
	reg.Expose("db", db, registry.Methods("Stats"))
	lensed.Lens(func(db *sql.DB) any { return db.Stats() })
	lensed.Expose("db", db)
	bare.Expose("db", db)
	if x, err := answer(t, NewSession(reg, Limits{}), "db.Stats().MaxOpenConnections"); x != 7 || err != nil {
		t.Errorf("by the method: %v, %v", x, err)
	}
	if x, err := answer(t, NewSession(lensed, Limits{}), "db.MaxOpenConnections"); x != 7 || err != nil {
		t.Errorf("by a lens: %v, %v", x, err)
	}
	s := NewSession(bare, Limits{})
	if x, err := answer(t, s, "db.maxOpen"); x != 7 || err != nil {
		t.Errorf("by a field: %v, %v", x, err)
	}
	if _, err := answer(t, s, "db.Stats()"); codeOfError(err) != "not_allowed" {
		t.Errorf("a method that nobody named: %v", err)
	}
}
