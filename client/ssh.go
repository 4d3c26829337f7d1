package client

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// sshTarget begins a target on another machine, which the user's own ssh reaches.
const sshTarget = "ssh://"

// sshHost is a machine, as ssh knows it.
type sshHost struct {
	login string   // [user@]host
	port  string   // "" is what ssh's configuration says
	tty   *os.File // the terminal, at which ssh may ask; nil if it asks nothing
}

// Nothing of a target may be an option of ssh, or something that its configuration expands.
var (
	sshLogin = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(([A-Za-z0-9_][-\w.+@]*)@)?([A-Za-z0-9_][-\w.]*|\[[0-9A-Fa-f:.]+(%[-\w.]+)?\])(:(\d{1,5}))?$`)
	})
	sshWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][-\w.]*$`) })
	sshPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^/[^%$:\\\x00-\x20\x7f]*$`) })
)

// parseSSH parses what follows sshTarget: a machine, and the address or the name of a process there.
// Without one it is the only process.
func parseSSH(s string) (h sshHost, at string, err error) {
	machine, at, _ := strings.Cut(s, "/")
	m := sshLogin().FindStringSubmatch(machine)
	if m == nil {
		return h, "", misused("%s%s names no machine: write ssh://[USER@]HOST[:PORT]/ADDRESS", sshTarget, text.Escape(s))
	}
	h.login, h.port = m[1]+strings.Trim(m[3], "[]"), m[6]
	return h, cmp.Or(at, onlyTarget), nil
}

// arguments returns those for ssh to run what follows, in a connection of its own: one that is shared
// with others would keep the forward.
func (h sshHost) arguments(options ...string) []string {
	args := []string{"-T", "-o", "ControlPath=none"}
	if h.tty == nil {
		args = append(args, "-o", "BatchMode=yes")
	}
	if h.port != "" {
		args = append(args, "-p", h.port)
	}
	return append(append(args, options...), "--", h.login)
}

// dial connects to an address that resolve has returned.
func (h sshHost) dial(ctx context.Context, at string) (net.Conn, *tunnel, error) {
	to, err := sshForward(at)
	if err != nil {
		return nil, nil, err
	}
	t, err := h.tunnel(to)
	if err != nil {
		return nil, nil, err
	}
	conn, err := t.dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !onMachine(at) {
		conn = beyond{conn, at}
	}
	return conn, t, nil
}

// tunnel returns a tunnel whose near end is a unix socket in a folder that no other user can open, and
// that goes with it.
func (h sshHost) tunnel(to string) (*tunnel, error) {
	dir, err := os.MkdirTemp("", "sightglass-")
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "s")
	if !sshPath().MatchString(socket) {
		os.Remove(dir)
		return nil, misused("ssh cannot listen in %s; set TMPDIR to a folder with a plain name", text.Escape(os.TempDir()))
	}
	return &tunnel{
		program:  "ssh",
		terminal: h.tty,
		// Forwards that the user's configuration adds may be those of another ssh that runs: then they
		// fail, and ours need not. StreamLocalBindMask is ssh's default.
		args: h.arguments("-N", "-o", "ExitOnForwardFailure=no", "-o", "PermitLocalCommand=no", "-o", "StreamLocalBindMask=0177", "-L", socket+":"+to),
		connect: func(ctx context.Context, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
		clean: func() { os.RemoveAll(dir) },
	}, nil
}

// sshForward returns an address as ssh -L takes it.
func sshForward(at string) (string, error) {
	if path, ok := strings.CutPrefix(at, "unix:"); ok {
		if !sshPath().MatchString(path) {
			return "", misused("ssh cannot forward to unix:%s: it takes an absolute path without spaces and without any of %% $ : \\", text.Escape(path))
		}
		return path, nil
	}
	host, port, err := net.SplitHostPort(at)
	if n, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil || n == 0 {
		return "", misused("%s is no address: write host:port or unix:/path, as that machine knows it", text.Escape(at))
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() && ip.Zone() == "" {
		return "[" + host + "]:" + port, nil
	}
	if host = cmp.Or(host, "localhost"); !sshWord().MatchString(host) {
		return "", misused("%s is no address: %q is no host", text.Escape(at), text.Escape(host))
	}
	return host + ":" + port, nil
}

// resolve returns the address of at on the machine: an address, or a pid or a name, which the machine is
// asked about.
func (h sshHost) resolve(ctx context.Context, at string) (string, error) {
	if runtime.GOOS == "windows" {
		return "", misused("ssh on Windows forwards no unix sockets; run ssh -N -L 3000:localhost:3000 %s, and look at localhost:3000", h.login)
	}
	if strings.Contains(at, ":") {
		_, err := sshForward(at)
		return at, err
	}
	told, err := output(ctx, h.tty, "ssh", append(h.arguments(), "sightglass", "list", "--json")...)
	if err != nil {
		return "", fmt.Errorf("%w; sightglass list could not be run there: write the address of %s, as in ssh://%s/localhost:3000", err, text.Escape(at), h.login)
	}
	var all []telnet.Process
	for line := range strings.Lines(told) {
		var p telnet.Process
		if json.Unmarshal([]byte(line), &p) == nil && len(p.Addrs) > 0 {
			p.Name, p.Program, p.Version = text.Escape(p.Name), text.Escape(p.Program), text.Escape(p.Version)
			for i := range p.Addrs {
				p.Addrs[i] = text.Escape(p.Addrs[i])
			}
			all = append(all, p)
		}
	}
	return choose(all, at)
}

// onMachine reports whether nothing between the machine and at can be read by others.
func onMachine(at string) bool {
	if strings.HasPrefix(at, "unix:") {
		return true
	}
	host, _, _ := net.SplitHostPort(at)
	ip, err := netip.ParseAddr(host)
	return host == "" || host == "localhost" || err == nil && (ip.Unmap().IsLoopback() || ip.IsUnspecified())
}

// beyond is a connection that leaves the other end of its tunnel for addr, without encryption.
type beyond struct {
	net.Conn
	addr string
}

func (b beyond) RemoteAddr() net.Addr { return b }
func (b beyond) Network() string      { return "tcp" }
func (b beyond) String() string       { return b.addr }
