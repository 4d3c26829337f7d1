package telnet

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// attackPage is a page of anybody's that a user of this machine opens. It sends lines to the port
// that would be expressions there, in every way that a page has to send what it likes: the body of
// a request, a form with its type for plain text, of several methods. Then it says that it is done.
const attackPage = `<!doctype html><title>a page</title>
<iframe name="sink"></iframe>
<form method="post" enctype="text/plain" target="sink" action="http://PORT/">
<textarea name="x"></textarea></form>
<script>
const lines = "\r\nvalve.Turn('browser')\r\nvalve.Turn('browser')\r\n";
document.querySelector("textarea").value = lines;
const post = (path, init) => fetch("http://PORT" + path, init).then(r => r.text()).then(t => "read " + t, e => "failed");
(async () => {
  document.querySelector("form").submit();
  const told = await Promise.all([
    post("/", {method: "POST", mode: "no-cors", body: lines}),
    post("/", {method: "POST", mode: "no-cors", body: new Blob([lines])}),
    post("/?" + encodeURIComponent(lines), {mode: "no-cors"}),
    post("/", {method: "PUT", body: lines}),
    new Promise(done => {
      const beacon = navigator.sendBeacon("http://PORT/", lines);
      const socket = new WebSocket("ws://PORT/");
      socket.onopen = () => done("opened");
      socket.onerror = () => done("closed " + beacon);
    }),
  ]);
  await fetch("/done", {method: "POST", body: JSON.stringify(told)});
})();
</script>`

// A web page makes a real browser, which runs as the right user, post expressions to the port:
// nothing of it is evaluated, the page reads nothing, and the log says what happened.
func TestBrowser(t *testing.T) {
	t.Parallel()
	chromium := program("chromium", t)
	v, reg := newValve()
	s := serve(t, &Server{Registry: reg, Level: Act, MaxRate: -1}, "tcp", "127.0.0.1:0")
	done := make(chan string, 1)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/done" {
			body := make([]byte, 4096)
			n, _ := r.Body.Read(body)
			done <- string(body[:n])
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, strings.ReplaceAll(attackPage, "PORT", s.addr.String()))
	}))
	defer page.Close()
	profile, err := os.MkdirTemp("", "") // whose removal may find a process of the browser's still dying
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+profile, "--remote-debugging-port=0", page.URL)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
	}()
	select {
	case told := <-done:
		if strings.Contains(told, "sightglass") || strings.Contains(told, "opened") {
			t.Errorf("the page was told %s", told)
		}
	case <-time.After(3 * patience):
		t.Fatal("the browser never ran the page")
	}
	s.log.until(t, `msg="a connection was closed that does not speak telnet"`)
	beside := s.dial(t)
	beside.answer()
	beside.send("valve.Turn('telnet')\nquit\n")
	beside.rest()
	s.Close()
	s.running.Wait()
	log := s.log.String()
	if got := v.turns(); got != "telnet" {
		t.Errorf("turned by %q", got)
	}
	if strings.Count(log, "an expression was evaluated") != 1 || strings.Count(log, "language=HTTP") != 1 || !strings.Contains(log, "peer=127.0.0.1:") {
		t.Errorf("the log is %s", log)
	}
	if n := s.strangers.missed.Load(); n < 5 {
		t.Errorf("%d more of them were closed; the page has sent more", n)
	}
}
