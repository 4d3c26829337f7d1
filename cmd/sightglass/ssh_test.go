//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// alive reports whether a process runs. One that has ended may wait for a parent that never asks.
func alive(pid int) bool {
	stat, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(string(stat), "Z")
}

// withSSHD has ssh://shop1 lead to an sshd on this machine, with a key and a configuration of its own,
// where list finds what is announced in run. Each ssh writes its pid into the file that it returns.
func withSSHD(t *testing.T, run string) (pids string) {
	t.Helper()
	rig.Need(t, "ssh", "ssh-keygen", "setsid", "/usr/sbin/sshd") // Ctrl-C at the terminal is not for sshd
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, key := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, key)).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if os.Getuid() == 0 { // sshd, when started by root, wants the folder that its service would make
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, format string, args ...any) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := filepath.Dir(rig.Program(t)) + string(os.PathListSeparator) + os.Getenv("PATH")
	server := write("sshd_config", "HostKey %s/host\nAuthorizedKeysFile %s/user.pub\nStrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\nSetEnv PATH=%s XDG_RUNTIME_DIR=%s\n", dir, dir, path, run)
	config := write("ssh_config", "Host shop1\n\tProxyCommand setsid /usr/sbin/sshd -i -f %s\n\tIdentityFile %s/user\n\tIdentitiesOnly yes\n\tUserKnownHostsFile %s/known\n\tStrictHostKeyChecking accept-new\n", server, dir, dir)
	pids = filepath.Join(dir, "pids")
	pathWith(t, "ssh", fmt.Sprintf("#!/bin/sh\necho $$ >> %s\nexec %s -F %s \"$@\"\n", pids, ssh, config))
	return pids
}

// TestSSH looks through a real ssh.
func TestSSH(t *testing.T) {
	run := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", run)
	withSSHD(t, run)
	socket := filepath.Join(run, "s")
	tcp := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	rig.RunDemo(t, "--listen", "unix:"+socket)

	for _, at := range []string{tcp.Addr, "localhost:" + tcp.Port(t), "unix:" + socket, strconv.Itoa(tcp.Cmd.Process.Pid)} {
		if out, said, code := command(t, "eval", "ssh://shop1/"+at, "cache.Len() > 1000"); out != "true\n" || code != exitOK {
			t.Errorf("%s: exit code %d\n%s%s", at, code, out, said)
		}
	}
	if _, said, code := command(t, "eval", "ssh://shop1/localhost:"+rig.FreePort(t), "1"); code != exitNoConnect || !strings.Contains(said, "open failed") {
		t.Errorf("nothing listens: exit code %d\n%s", code, said)
	}
	if out, said, code := command(t, "eval", "--targets=ssh://shop1/"+tcp.Addr+",ssh://shop1/unix:"+socket, "--then=len(answers)", "1"); out != "2\n" || code != exitOK {
		t.Errorf("two: exit code %d\n%s%s", code, out, said)
	}
}

// TestTunnelEnds: ssh ends with a client that is killed, and not by Ctrl-C, which ends the question.
func TestTunnelEnds(t *testing.T) {
	rig.Need(t, "tmux")
	d := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	pids := withSSHD(t, t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())

	s := rig.NewScreen(t, 110, 60, `sh -c 'echo "client $$" >> `+pids+`; exec `+rig.Program(t)+` ssh://shop1/`+d.Addr+"'")
	s.Await(ready)
	s.Enter(endless)
	s.Await(`^… `)
	s.Keys("C-c")
	s.Await(`canceled|cancelled|interrupted`)
	s.Await(ready)
	s.Enter("20 + 22")
	s.Await(`^42\n` + ready)
	if text := s.Text(); strings.Contains(text, "connection is over") {
		t.Errorf("Ctrl-C has ended the tunnel:\n%s", text)
	}

	told, err := os.ReadFile(pids)
	var client, ssh int
	if _, e := fmt.Sscanf(string(told), "client %d\n%d\n", &client, &ssh); err != nil || e != nil {
		t.Fatalf("%q: %v, %v", told, err, e)
	}
	if err := syscall.Kill(ssh, 0); err != nil {
		t.Fatalf("ssh does not run: %v", err)
	}
	if err := syscall.Kill(client, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.Await(`^THE END`)
	for alive(ssh) {
	}
}
