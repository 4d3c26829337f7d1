package eval

import (
	"bytes"
	"container/list"
	stdring "container/ring"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type lensedWorld struct {
	joined, wrapped, get error
	queue                list.List
	loop                 *stdring.Ring
	buf                  bytes.Buffer
	table                sync.Map
	mu                   sync.Mutex
	once                 sync.Once
	hits                 atomic.Int64
	held                 atomic.Value
	ref                  atomic.Pointer[url.URL]
	at                   time.Time
}

func newLensedWorld() *lensedWorld {
	w := &lensedWorld{at: time.Unix(1e9, 0).UTC(), loop: stdring.New(2)}
	op := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 80}, Err: &os.SyscallError{Syscall: "connect", Err: syscall.ECONNREFUSED}}
	w.get = &url.Error{Op: "Get", URL: "http://10.1.2.3/", Err: op}
	w.wrapped = fmt.Errorf("load: %w", w.get)
	w.joined = errors.Join(w.wrapped, errors.New("late"))
	w.queue.PushBack("a")
	w.queue.PushBack("b")
	w.loop.Value = 1
	w.buf.WriteString("text")
	w.table.Store("a", 1)
	w.table.Store("mu", "an entry")
	w.hits.Store(5)
	w.held.Store("x")
	w.ref.Store(&url.URL{Host: "h"})
	return w
}

func TestOwnFields(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", newLensedWorld(), registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, tt := range []struct{ source, want string }{
		{`w.get`, "`Get \"http://10.1.2.3/\": dial tcp 10.1.2.3:80: connect: connection refused`"}, {`w.get.Op`, `"Get"`}, {`w.get.Err`, `"dial tcp 10.1.2.3:80: connect: connection refused"`}, {`w.get.Err.Op`, `"dial"`}, {`w.get.Err.Err.Syscall`, `"connect"`}, {`w.get.Err.Addr`, `*net.TCPAddr{IP: "10.1.2.3", Port: 80, Zone: ""}`}, {`w.get.Err.Addr.Port`, "80"},
		{`w.wrapped.err.Op`, `"Get"`}, {`w.wrapped.msg`, "`load: Get \"http://10.1.2.3/\": dial tcp 10.1.2.3:80: connect: connection refused`"}, {`w.joined.errs`, "[]error{`load: Get \"http://10.1.2.3/\": dial tcp 10.1.2.3:80: connect: connection refused`, \"late\"}"}, {`w.joined.errs[0].err.Err.Op`, `"dial"`}, {`len(w.joined.errs)`, "2"},
		{`w.queue`, `list.List{"a", "b"}`}, {`w.queue.len`, "2"}, {`w.queue.root.next.Value`, `"a"`}, {`w.queue["len"]`, "2"}, {`w.queue.foo`, "error: w.queue (list.List) has no field foo at 1:9; dir(w.queue) lists what it has"}, {`dir(w.queue)`, "root   list.Element\nlen    int"}, {`help(w.queue).fields`, "root   list.Element\nlen    int"},
		{`w.loop.Value`, "1"}, {`w.loop.next.Value`, "nil"}, {`dir(w.loop)`, "next    *ring.Ring\nprev    *ring.Ring\nValue   any"},
		{`w.buf`, `bytes.Buffer{buf: []byte("text"), off: 0, lastRead: 0}`}, {`w.buf.buf`, `[]byte("text")`}, {`w.buf.off`, "0"}, {`dir(w.buf)`, "buf        []byte\noff        int\nlastRead   bytes.readOp"},
		{`w.table`, `sync.Map{"a": 1, "mu": "an entry"}`}, {`w.table.a`, "1"}, {`w.table.mu`, `"an entry"`}, {`w.table.m.inited`, "1"}, {`w.table.nix`, `error: w.table has no key "nix" at 1:9; get() and ?. give nil instead`}, {`dir(w.table)`, "m   sync.HashTrieMap[any,any]"},
		{`w.mu`, "sync.Mutex(unlocked)"}, {`dir(w.mu)`, "mu   sync.Mutex"}, {`w.once.done`, "false"}, {`w.hits.v`, "5"}, {`dir(w.hits)`, "v   int64"}, {`w.held.v`, `"x"`}, {`dir(w.held)`, "v   any   of the atomic.Value"}, {`type(w.ref.v)`, `"unsafe.Pointer"`}, {`dir(w.ref)`, "Scheme        string\nOpaque        string\nUser          *url.Userinfo\nHost          string\nPath          string\nFragment      string\nRawQuery      string\nRawPath       string\nRawFragment   string\nForceQuery    bool\nOmitHost      bool\nv             unsafe.Pointer   of the atomic.Pointer[url.URL]"}, {`w.ref.Host`, `"h"`},
		{`w.at.wall`, "0"}, {`w.at.ext`, "63135596800"}, {`dir(w.at)`, "wall   uint64\next    int64\nloc    *time.Location"}, {`dir(w.get)`, "Op    string\nURL   string\nErr   error"}, {`dir(w.joined)`, "errs   []error"}, {`w.at.Year()`, "2001"}, {`help(w.joined)`, "w.joined   *errors.joinError\nfrozen\nin expressions it is a string\n.errs   []error\n.Error() string     not allowed; registry.Methods(\"joined.Error\") would\n.Unwrap() []error   not allowed; registry.Methods(\"joined.Unwrap\") would"},
	} {
		if got := strip(shown(t, s, tt.source)); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.source, got, tt.want)
		}
	}
}

type creditCard struct{ card, name string }

// hiddenWorld holds secrets in containers, which are hidden in their elements.
type hiddenWorld struct {
	passwords list.List
	pins      *stdring.Ring
	tokens    sync.Map
	password  atomic.Value
	secret    atomic.Pointer[string]
	pin       atomic.Int64
	cards     list.List
	held      atomic.Pointer[creditCard]
	ring      *stdring.Ring
	plain     list.List
	err       error
}

// TestOwnFieldsTellNoSecret reads what is hidden by the fields of the containers that hold it.
func TestOwnFieldsTellNoSecret(t *testing.T) {
	w := &hiddenWorld{pins: stdring.New(1), ring: stdring.New(1)}
	w.passwords.PushBack("hunter2")
	w.passwords.PushBack("hunter2")
	w.pins.Value = 7351
	w.tokens.Store("a", "hunter2")
	w.password.Store("hunter2")
	text := "hunter2"
	w.secret.Store(&text)
	w.pin.Store(7351)
	c := &creditCard{"4111222233334444", "n"}
	w.cards.PushBack(c)
	w.held.Store(c)
	w.ring.Value = c
	w.plain.PushBack("Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789")
	w.err = &url.Error{Op: "Get", URL: "https://u:hunter2@example.com/", Err: errors.New("x")}
	reg := registry.New()
	reg.Expose("w", w, registry.Frozen(), registry.Hide("cards.*.card", "held.card", "ring.*.card"))
	s := NewSession(reg, Limits{Time: time.Hour})
	asked := 0
	for _, source := range []string{
		"w", "w.passwords", "w.passwords.root", "w.passwords.root.next", "w.passwords.root.next.Value", "w.passwords.root.prev.Value", "w.passwords.root.next.next.Value",
		"w.passwords.root.list.root.next.Value", "w.passwords.root.next.list.root.next.Value", "w.passwords.len", "w.passwords.root.next.Value == \"hunter2\"",
		"w.pins", "w.pins.Value", "w.pins.next.Value", "w.pins.prev.next.Value", "w.pins.Value > 5",
		"w.tokens", "w.tokens.m", "w.tokens.m.root", "w.tokens.m.root.children", "map(w.tokens.m.root.children, #)", "w.tokens.a",
		"w.password", "w.password.v", "w.secret", "w.secret.v", "w.pin", "w.pin.v", "w.pin.v > 0",
		"w.cards", "w.cards[0].card", "w.cards.root.next.Value.card", "w.cards.root", "w.cards.root.list.root.next.Value", "snap(w.cards.root)", "json(w.cards.root)", "tree(w.cards.root, 9)", "w.cards.root.next.Value.card startsWith \"4\"",
		"w.held.card", "w.held.v", "w.held.v.card", "w.ring.Value.card", "w.ring[0].card", "w.ring.next.Value", "w.ring.next.Value.card", "w.ring",
		"w.plain", "w.plain.root.next.Value", "w.err", "w.err.URL", "unwrap(w.err)", "causes(w.err)", "string(w.cards.root)", "toJSON(w.passwords.root)", "size(w)", "diff(w.cards.root, nil)", "freq(w.passwords.root)",
	} {
		for _, line := range []string{source, "dir(" + source + ")", "help(" + source + ")", "type(" + source + ")", "kept = " + source, "string(" + source + ")", "toJSON([" + source + "])"} {
			asked++
			got := shown(t, s, line)
			for _, secret := range []string{"hunter2\"", "hunter2@", "7351", "4111", "abcdefghij"} {
				if strings.Contains(strings.ReplaceAll(got, source, ""), secret) {
					t.Errorf("%s tells %s: %s", line, secret, got)
				}
			}
			if strings.Contains(source, " == ") || strings.Contains(source, " > ") || strings.Contains(source, "startsWith") {
				if !strings.Contains(got, "error: ") {
					t.Errorf("%s: %s", line, got)
				}
			}
		}
	}
	t.Log(asked)
}
