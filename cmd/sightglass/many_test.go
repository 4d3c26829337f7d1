package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// windowEnv has the test binary be a process with a window; its value is the limit in its settings.
const windowEnv = "SIGHTGLASS_TEST_WINDOW"

// settings is what the processes of these tests expose.
type settings struct {
	version string
	limits  limits
	tags    []string
}

type limits struct {
	max    int
	serial uint64
}

// asked says that it is asked.
type asked struct{}

func (asked) Yes() bool {
	fmt.Println("asked")
	return true
}

// serveWindow serves settings until standard input ends.
func serveWindow() int {
	most, err := strconv.Atoi(os.Getenv(windowEnv))
	if err != nil {
		return 2
	}
	reg := registry.New()
	reg.GuardWait, reg.CallTime = rig.Patience, rig.Patience
	reg.Expose("settings", &settings{"1.2", limits{most, 1<<64 - 1}, []string{"a", "b"}}, registry.Frozen())
	reg.Expose("asked", asked{}, registry.Frozen(), registry.Methods("Yes"))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 1
	}
	s := &telnet.Server{Registry: reg, Unlisted: true, AnyUser: true}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	fmt.Println(l.Addr())
	io.Copy(io.Discard, os.Stdin)
	s.Close()
	<-served
	return 0
}

// window is such a process.
type window struct {
	addr string
	cmd  *exec.Cmd
	out  *bufio.Reader
}

// windows starts a process for each limit. They end with the test.
func windows(t *testing.T, most ...int) (all []*window) {
	t.Helper()
	for _, n := range most {
		w := &window{cmd: exec.Command(os.Args[0])}
		w.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", windowEnv, n))
		in, err := w.cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := w.cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := w.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			in.Close()
			w.cmd.Wait()
		})
		w.out = bufio.NewReader(out)
		all = append(all, w)
	}
	for _, w := range all {
		w.addr = w.line(t)
	}
	return all
}

// line returns the next line of the process's output.
func (w *window) line(t *testing.T) string {
	t.Helper()
	line, err := w.out.ReadString('\n')
	if err != nil {
		t.Fatalf("a process with a window: %q, %v", line, err)
	}
	return strings.TrimSuffix(line, "\n")
}

// addrs returns the addresses of windows, as --targets takes them.
func addrs(all []*window) string {
	var list []string
	for _, w := range all {
		list = append(list, w.addr)
	}
	return strings.Join(list, ",")
}

// command runs a command line of sightglass, and returns its output and exit code.
func command(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := exec.Command(rig.Program(t), args...)
	var out, err strings.Builder
	c.Stdout, c.Stderr = &out, &err
	var exit *exec.ExitError
	if e := c.Run(); errors.As(e, &exit) {
		code = exit.ExitCode()
	} else if e != nil {
		t.Fatal(e)
	}
	return out.String(), err.String(), code
}

var patience = "--timeout=" + rig.Patience.String()

// TestDiff has ten processes, of which one differs.
func TestDiff(t *testing.T) {
	t.Parallel()
	all := windows(t, 50, 50, 50, 50, 50, 50, 50, 100, 50, 50)
	odd := all[7].addr
	for _, tc := range []struct{ args, want string }{
		{"settings", "9 of 10 agree\n" + odd + "\n  .limits.max: 100; the majority has 50\n"},
		{"settings.limits.max", "9 of 10 agree\n" + odd + "\n  value: 100; the majority has 50\n"},
		{"1..settings.limits.max/10", "9 of 10 agree\n" + odd + "\n  [5]: 6; the majority has none\n  [6]: 7; the majority has none\n" +
			"  [7]: 8; the majority has none\n  [8]: 9; the majority has none\n  [9]: 10; the majority has none\n"},
		{"settings.tags", "10 of 10 agree\n"},
		{"--json settings", `{"differs":[{"path":".limits.max","value":100,"majority":50}],"target":"` + odd + `"}` + "\n"},
		{"--depth=1 settings", ""},
	} {
		out, said, code := command(t, append([]string{"eval", "--targets=" + addrs(all), "--diff", patience}, strings.Fields(tc.args)...)...)
		if whole := tc.want != ""; out != tc.want || whole != (code == exitOK) || whole == strings.Contains(said, "not whole at .") {
			t.Errorf("%s: exit code %d\n got %s\nwant %s\n%s", tc.args, code, out, tc.want, said)
		}
	}

	out, said, code := command(t, "eval", "--targets="+addrs(all), patience, "--json", "settings",
		"--then=[freq(answers, .value.limits.max), map(filter(answers, .value.limits.max > 50), .target), answers[0].value.limits.serial, all(answers, .cost.entries > 0)]")
	want := fmt.Sprintf(`[[{"value":50,"count":9,"percent":90},{"value":100,"count":1,"percent":10}],[%q],18446744073709551615,true]`+"\n", odd)
	if out != want || code != exitOK {
		t.Errorf("--then: exit code %d\n got %s\nwant %s\n%s", code, out, want, said)
	}
}

// TestServiceRecord has targets that a DNS server on loopback tells.
func TestServiceRecord(t *testing.T) {
	all := windows(t, 1, 2)
	var ports []uint16
	want := []string{}
	for _, w := range all {
		_, port, _ := net.SplitHostPort(w.addr)
		n, _ := strconv.Atoi(port)
		ports = append(ports, uint16(n))
		want = append(want, "localhost:"+port+"  true\n")
	}
	slices.Sort(want)
	dns := serveRecords(t, ports)
	out, said, code := command(t, "eval", "--targets-srv=_sightglass._tcp.shop.test.", "--resolver="+dns, patience, "settings.limits.max > 0")
	if out != strings.Join(want, "") || code != exitOK {
		t.Errorf("exit code %d\n got %s\nwant %s\n%s", code, out, want, said)
	}
	if _, said, code := command(t, "eval", "--targets-srv=_other._tcp.shop.test.", "--resolver="+dns, patience, "1"); code != exitNoConnect || !strings.Contains(said, "no such host") {
		t.Errorf("a name that there is not: exit code %d\n%s", code, said)
	}
}

// serveRecords answers that _sightglass._tcp.shop.test is at these ports of localhost, and returns its
// address. Any other name does not exist.
func serveRecords(t *testing.T, ports []uint16) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	go func() {
		defer close(done)
		for b := make([]byte, 512); ; {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			if n < 12 {
				continue
			}
			end := 12
			for end < n && b[end] != 0 {
				end += 1 + int(b[end])
			}
			if end += 5; end > n { // the zero, the type and the class
				continue
			}
			a := slices.Clone(b[:end])
			known := strings.HasPrefix(string(a[13:]), "_sightglass")
			a[2], a[3] = 0x84, 0 // an answer, by who knows
			if !known {
				a[3] = 3 // no such name
			}
			clear(a[4:12])
			a[5] = 1
			for _, port := range ports {
				if !known {
					break
				}
				a[7]++
				a = append(a, 0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 17, 0, 1, 0, 1) // the same name, SRV, IN, 60 s, 17 bytes, priority, weight
				a = binary.BigEndian.AppendUint16(a, port)
				a = append(a, "\x09localhost\x00"...)
			}
			conn.WriteTo(a, from)
		}
	}()
	return conn.LocalAddr().String()
}
