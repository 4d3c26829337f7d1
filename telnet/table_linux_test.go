package telnet

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/telnet/internal/peer"
)

// The tests below execute the table of docs/security.md: each cell must be what happens to that
// user at a server with that set-up. The test binary runs itself in several parts, as the
// environment variable inTable says: in a network of its own, with the addresses 192.0.2.1,
// 192.0.2.2 and fd00::2 beside loopback, and a neighbor, 192.0.2.9; as the servers, under the
// application's user; and as each client.
const inTable = "SIGHTGLASS_TEST_TABLE"

// The users of the table. Only root can become all of them.
const (
	ownUser   = 1001
	otherUser = 65534
)

// What can happen to a client.
const (
	acts      = "acts"
	looks     = "looks"
	refused   = "refused"
	notServed = "not served"
)

// setUps are the columns of the table.
var setUps = []struct {
	name   string
	server func() *Server
	most   Level // of LimitLevel
}{
	{"`Look`", func() *Server { return &Server{} }, Act},
	{"`Act`", func() *Server { return &Server{Level: Act} }, Act},
	{"`Act`, `LimitLevel(Look)`", func() *Server { return &Server{Level: Act} }, Look},
	{"`Act`, `AnyUser`", func() *Server { return &Server{Level: Act, AnyUser: true} }, Act},
	{"`Act`, `Auth`", func() *Server {
		return &Server{Level: Act, Auth: Tokens(map[string]Identity{"right": {User: "alice", Level: Act}})}
	}, Act},
}

// way is a way in, from the first column of the table.
type way struct {
	listen []string // network and address
	tls    bool
	set    func(s *Server)
	wrap   func(l net.Listener) net.Listener // around LimitLevel
	serve  func(s *Server, l net.Listener) error
}

var (
	localhost = []string{"tcp4 127.0.0.1:0", "tcp6 [::1]:0"}
	all       = []string{"tcp4 0.0.0.0:0", "tcp6 [::]:0"}
	file      = []string{"unix "}
)

var ways = map[string]*way{
	"`localhost:3000`":                                             {listen: localhost},
	"`localhost:3000`, `TLSConfig`":                                {listen: localhost, tls: true, set: encrypted},
	"`localhost:3000`, `tls.NewListener`":                          {listen: localhost, tls: true, wrap: func(l net.Listener) net.Listener { return tls.NewListener(l, selfSigned()) }},
	"`localhost:3000`, a wrapper with `NetConn`":                   {listen: localhost, wrap: wrapped(func(c net.Conn) net.Conn { return showing{c} })},
	"`localhost:3000`, another wrapper":                            {listen: localhost, wrap: wrapped(func(c net.Conn) net.Conn { return &hidden{c} })},
	"`localhost:3000`, a wrapper with addresses of a PROXY header": {listen: localhost, wrap: proxied},
	"`localhost:3000`, the kernel cannot be asked":                 {listen: localhost, set: func(s *Server) { s.asked = noKernel(peer.ErrNoAnswer) }},
	"`localhost:3000`, not on Linux":                               {listen: localhost, set: func(s *Server) { s.asked = noKernel(peer.ErrUnknownUser) }},
	"`unix:/path`":                                                 {listen: file},
	"`unix:@name`":                                                 {listen: []string{"unix @"}},
	"`unix:/path`, a wrapper with `NetConn`":                       {listen: file, wrap: wrapped(func(c net.Conn) net.Conn { return showing{c} })},
	"`unix:/path`, another wrapper":                                {listen: file, wrap: wrapped(func(c net.Conn) net.Conn { return &hidden{c} })},
	"`unix:/path`, not on Linux":                                   {listen: file, set: func(s *Server) { s.asked = noKernel(peer.ErrUnknownUser) }},
	"`0.0.0.0:3000`":                                               {listen: all},
	"`0.0.0.0:3000`, `TLSConfig`":                                  {listen: all, tls: true, set: encrypted},
	"`0.0.0.0:3000`, `InsecureRemote`":                             {listen: all, set: func(s *Server) { s.InsecureRemote = true }},
	"`ServeConn`": {listen: localhost, serve: func(s *Server, l net.Listener) error {
		for {
			nc, err := l.Accept()
			if err != nil {
				return err
			}
			go s.ServeConn(nc)
		}
	}},
}

// who is a client, from the second column of the table.
type who struct {
	uid        int
	elsewhere  bool // from another address of this machine
	neighbour  bool // another machine
	cannotPass bool // the login
}

var whos = map[string]*who{
	"the application's user": {uid: ownUser},
	"root":                   {uid: 0},
	"another user":           {uid: otherUser},
	"the application's user, from another address": {uid: ownUser, elsewhere: true},
	"another user, from another address":           {uid: otherUser, elsewhere: true},
	"another machine, with `route_localnet=1`":     {neighbour: true},
	"another machine":                              {neighbour: true},
	"who cannot log in":                            {uid: otherUser, cannotPass: true},
}

func encrypted(s *Server) { s.TLSConfig = selfSigned() }

var selfSigned = sync.OnceValue(func() *tls.Config {
	a := newAuthority(serving)
	return &tls.Config{Certificates: []tls.Certificate{a.certificate(serving, "server")}}
})

// serving is the test in the process of the servers.
var serving *testing.T

func wrapped(wrap func(net.Conn) net.Conn) func(net.Listener) net.Listener {
	return func(l net.Listener) net.Listener { return wrapping{l, wrap} }
}

// proxied returns a listener whose connections report the addresses of a session of the
// application's user, as a PROXY header could name them.
func proxied(l net.Listener) net.Listener {
	session, err := net.Dial(l.Addr().Network(), l.Addr().String())
	if err != nil {
		serving.Fatal(err)
	}
	serving.Cleanup(func() { session.Close() })
	if _, err := l.Accept(); err != nil {
		serving.Fatal(err)
	}
	return wrapping{l, func(c net.Conn) net.Conn { return &claiming{c, session} }}
}

type claiming struct {
	net.Conn
	as net.Conn
}

func (c *claiming) LocalAddr() net.Addr  { return c.as.RemoteAddr() }
func (c *claiming) RemoteAddr() net.Addr { return c.as.LocalAddr() }

// noKernel returns a kernel that does not tell the user, for the reason err.
func noKernel(err error) *peer.Kernel {
	ask := func(*peer.Socket) (int, int, error) { return peer.UnknownUID, 0, err }
	return &peer.Kernel{Owner: ask, Search: ask}
}

// row is a row of the table.
type row struct {
	way, who string
	cells    []string
}

func readTable(t *testing.T) (table []row) {
	text, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	head := "| way in | who |"
	for _, c := range setUps {
		head += " " + c.name + " |"
	}
	_, after, found := strings.Cut(string(text), head+"\n")
	if !found {
		t.Fatalf("docs/security.md has no table with the head\n%s", head)
	}
	for _, line := range strings.Split(after, "\n")[1:] {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != len(setUps)+2 {
			break
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		table = append(table, row{cells[0], cells[1], cells[2:]})
	}
	return table
}

// attempt is one connection of a client.
type attempt struct {
	Network, Addr, Source string
	TLS                   bool
	Typed                 string
}

// TestWhoCanDoWhat executes the table of docs/security.md.
func TestWhoCanDoWhat(t *testing.T) {
	switch os.Getenv(inTable) {
	case "":
		t.Parallel()
		tableInNetwork(t)
	case "table":
		executeTable(t)
	case "serve":
		serveTable(t)
	case "dial":
		dialTable(t)
	}
}

// tableInNetwork executes the table in a network of its own if this is root, and otherwise the rows
// that need none.
func tableInNetwork(t *testing.T) {
	if os.Getuid() != 0 {
		executeTable(t)
		return
	}
	program("setpriv", t)
	program("ip", t)
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o755)
	self := filepath.Join(dir, "telnet.test") // for other users to run
	binary, err := os.ReadFile(os.Args[0])
	if err := errors.Join(err, os.WriteFile(self, binary, 0o755)); err != nil {
		t.Fatal(err)
	}
	script := "ip link set lo up && ip address add 192.0.2.2/32 dev lo && { ip address add fd00::2/128 dev lo nodad || true; } && " + runSelf
	cmd := exec.Command(program("unshare", t), "--net", "sh", "-c", script, self)
	cmd.Env = append(os.Environ(), inTable+"=table")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestWhoCanDoWhat") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, line := range regexp.MustCompile(`(?m)^ +--- SKIP: .*\n.*`).FindAllString(string(out), -1) {
		t.Log(line)
	}
}

// runSelf is the shell command that becomes this binary.
const runSelf = `exec "$0" -test.run='^TestWhoCanDoWhat$' -test.v`

// selfAs returns a command that runs this binary in a part, as user uid if this is root.
func selfAs(part string, uid int) *exec.Cmd {
	args := []string{os.Args[0], "-test.run=^TestWhoCanDoWhat$", "-test.v"}
	if os.Getuid() == 0 && uid != 0 {
		args = append([]string{"setpriv", "--reuid=" + strconv.Itoa(uid), "--clear-groups"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), inTable+"="+part)
	cmd.Stderr = os.Stderr
	return cmd
}

// told reads what a part tells, from a line that begins with mark.
func told(out io.Reader, v any) error {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if said, ok := strings.CutPrefix(lines.Text(), mark); ok {
			return json.Unmarshal([]byte(said), v)
		}
	}
	return fmt.Errorf("it said nothing: %w", errors.Join(lines.Err(), io.ErrUnexpectedEOF))
}

// tell writes v for told.
func tell(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	fmt.Printf("\n%s%s\n", mark, text)
}

const mark = "TABLE "

// key returns the key of a cell, or of the server that it is about.
func key(parts ...any) string { return fmt.Sprint(parts...) }

func executeTable(t *testing.T) {
	table := readTable(t)
	servers := selfAs("serve", ownUser)
	in, err1 := servers.StdinPipe()
	out, err2 := servers.StdoutPipe()
	if err := errors.Join(err1, err2, servers.Start()); err != nil {
		t.Fatal(err)
	}
	defer servers.Wait()
	defer in.Close() // which ends them
	var addrs map[string][]string
	if err := told(out, &addrs); err != nil {
		t.Fatal(err)
	}
	var neighbour *exec.Cmd
	var isolated error
	if slices.ContainsFunc(table, func(r row) bool { return whos[r.who] != nil && whos[r.who].neighbour }) {
		neighbour, isolated = newNeighbour(t)
	}

	// One process makes all attempts of a user.
	attempts := map[*exec.Cmd]map[string]attempt{}
	clients := map[int]*exec.Cmd{}
	why := map[string]string{} // rows that cannot be executed
	for i, r := range table {
		w, p := ways[r.way], whos[r.who]
		if w == nil || p == nil {
			t.Fatalf("the test does not know the way in %q, or of %q", r.way, r.who)
		}
		client := neighbour
		switch {
		case os.Getuid() != 0 && (p.neighbour || p.elsewhere || p.uid != ownUser):
			why[key(i)] = "only root can come as somebody else"
			continue
		case p.neighbour && isolated != nil:
			why[key(i)] = "there is no other machine: " + isolated.Error()
			continue
		case p.neighbour:
		case clients[p.uid] == nil:
			clients[p.uid] = selfAs("dial", p.uid)
			fallthrough
		default:
			client = clients[p.uid]
		}
		if attempts[client] == nil {
			attempts[client] = map[string]attempt{}
		}
		for j := range setUps {
			for _, addr := range addrs[key(r.way, j)] {
				network, addr, _ := strings.Cut(addr, " ")
				a := attempt{Network: network, Addr: addr, TLS: w.tls, Typed: "valve.Turn(\"x\")\nquit\n"}
				v6 := network == "tcp6"
				host, port, _ := net.SplitHostPort(addr)
				switch {
				case p.neighbour && v6:
					continue // route_localnet is of IPv4
				case strings.HasPrefix(network, "tcp") && net.ParseIP(host).IsUnspecified() && v6:
					a.Addr = net.JoinHostPort("fd00::2", port)
				case strings.HasPrefix(network, "tcp") && net.ParseIP(host).IsUnspecified():
					a.Addr = net.JoinHostPort("192.0.2.1", port)
				}
				if os.Getuid() != 0 {
					a.Addr = strings.NewReplacer("192.0.2.1", "127.0.0.1", "[fd00::2]", "[::1]").Replace(a.Addr)
				}
				if p.elsewhere {
					a.Source = map[bool]string{false: "192.0.2.2:0", true: "[fd00::2]:0"}[v6]
				}
				if setUps[j].server().Auth != nil {
					a.Typed = map[bool]string{false: "right\n", true: "wrong\n"}[p.cannotPass] + a.Typed
				}
				attempts[client][key(i, " ", j, " ", network)] = a
			}
		}
	}
	happened := map[string]string{}
	for client, all := range attempts {
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		if client == neighbour {
			text = append([]byte("go\n"), text...)
		}
		client.Stdin = strings.NewReader(string(text))
		said, err := client.Output()
		if err := errors.Join(err, told(strings.NewReader(string(said)), &happened)); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
	}
	for i, r := range table {
		t.Run(r.way+" "+r.who, func(t *testing.T) {
			if why[key(i)] != "" {
				t.Skip(why[key(i)])
			}
			for j, want := range r.cells {
				got := map[string]string{}
				for _, addr := range addrs[key(r.way, j)] {
					if addr == notServed {
						got[addr] = notServed
						continue
					}
					network, _, _ := strings.Cut(addr, " ")
					if was, tried := happened[key(i, " ", j, " ", network)]; tried {
						got[network] = was
					}
				}
				for network, was := range got {
					if was != want {
						t.Errorf("with %s over %s: %s; the table says %s", setUps[j].name, network, was, want)
					}
				}
				if len(got) == 0 {
					t.Errorf("with %s nothing was tried", setUps[j].name)
				}
			}
		})
	}
	if os.Getuid() == 0 && len(why) == len(table) {
		t.Error("nothing could be executed")
	}
}

// newNeighbour returns a client on another machine: in a network of its own, linked to ours, where
// the address 127.0.0.1 is routed to this machine. That network ends with the test.
func newNeighbour(t *testing.T) (*exec.Cmd, error) {
	script := `ip link add near type veth peer name far && ip link set near up && ip address add 192.0.2.1/24 dev near && ` + routeLocal
	if out, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	hold := exec.Command("unshare", "--net", "sh", "-c", "echo there; cat")
	in, err1 := hold.StdinPipe()
	out, err2 := hold.StdoutPipe()
	if err := errors.Join(err1, err2, hold.Start()); err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		in.Close() // not before: a collection would close what nobody refers to
		hold.Wait()
	})
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return nil, err
	}
	pid := strconv.Itoa(hold.Process.Pid)
	if out, err := exec.Command("ip", "link", "set", "far", "netns", pid).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	cmd := exec.Command("nsenter", "--net=/proc/"+pid+"/ns/net", "sh", "-c", "read go && ip link set far up && ip address add 192.0.2.9/24 dev far && "+
		routeLocal+" && ip route add 127.0.0.1/32 via 192.0.2.1 && "+runSelf, os.Args[0])
	cmd.Env = append(os.Environ(), inTable+"=dial")
	cmd.Stderr = os.Stderr
	return cmd, nil
}

const routeLocal = "for f in /proc/sys/net/ipv4/conf/*/route_localnet; do echo 1 >$f; done"

// serveTable serves all ways in with all set-ups until its input ends, and tells their addresses.
func serveTable(t *testing.T) {
	serving = t
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o755)
	addrs := map[string][]string{}
	var serves sync.WaitGroup
	for name, w := range ways {
		for i, setUp := range setUps {
			_, reg := newValve()
			s := setUp.server()
			s.Registry, s.MaxRate, s.Logger = reg, -1, slog.New(slog.NewTextHandler(io.Discard, nil))
			if w.set != nil {
				w.set(s)
			}
			for _, at := range w.listen {
				network, addr, _ := strings.Cut(at, " ")
				switch addr {
				case "":
					addr = filepath.Join(dir, strconv.Itoa(len(addrs)))
				case "@":
					addr = fmt.Sprintf("@%s/%d", dir, len(addrs))
				}
				inner, err := net.Listen(network, addr)
				if network == "tcp6" && err != nil {
					continue // this machine has no IPv6
				}
				if err != nil {
					t.Fatal(err)
				}
				os.Chmod(addr, 0o666) // the user counts, not the file mode
				l := inner
				if setUp.most < Act {
					l = LimitLevel(setUp.most, l)
				}
				if w.wrap != nil {
					l = w.wrap(l)
				}
				serve := w.serve
				if serve == nil {
					serve = (*Server).Serve
				}
				failed := make(chan error, 1)
				serves.Go(func() { failed <- serve(s, l) })
				if s.permit(l.Addr(), Look) != nil {
					if err := <-failed; !errors.Is(err, ErrInsecure) {
						t.Errorf("%s: %v", name, err)
					}
					addrs[key(name, i)] = append(addrs[key(name, i)], notServed)
					continue
				}
				addrs[key(name, i)] = append(addrs[key(name, i)], network+" "+inner.Addr().String())
				t.Cleanup(func() { s.Close(); l.Close() })
			}
		}
	}
	tell(addrs)
	io.Copy(io.Discard, os.Stdin)
}

// dialTable makes the attempts in its input, and tells what happened.
func dialTable(t *testing.T) {
	var attempts map[string]attempt
	if err := json.NewDecoder(os.Stdin).Decode(&attempts); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	happened := map[string]string{}
	var dialling sync.WaitGroup
	for name, a := range attempts {
		dialling.Go(func() {
			was := a.make()
			mu.Lock()
			defer mu.Unlock()
			happened[name] = was
		})
	}
	dialling.Wait()
	tell(happened)
}

// make makes the attempt and returns what happened.
func (a attempt) make() string {
	d := net.Dialer{Timeout: patience}
	if a.Source != "" {
		from, err := net.ResolveTCPAddr("tcp", a.Source)
		if err != nil {
			return err.Error()
		}
		d.LocalAddr = from
	}
	conn, err := d.Dial(a.Network, a.Addr)
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if a.TLS {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
	}
	io.WriteString(conn, a.Typed)
	text, err := io.ReadAll(conn)
	got := string(text)
	switch begun := strings.Contains(got, "sightglass in "); {
	case a.TLS && !begun && err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
		return refused // in the middle of the handshake, where that took long
	case err != nil && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return err.Error()
	case begun && regexp.MustCompile(`\n# (?:waiting .*\n)?\d+[ \r]`).MatchString(got):
		return acts
	case begun && strings.Contains(got, "\n> ") && !strings.Contains(got, "# "):
		return looks
	case begun:
		return fmt.Sprintf("%q", got)
	}
	return refused
}
