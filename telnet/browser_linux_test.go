package telnet

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// attackPage is a web page that a user of this machine opens. It sends lines that are expressions
// to the port, in every way in which a page can choose what it sends: the body of a request, a form
// of plain text, several methods. Then it says that it is done.
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

// peerPage makes connections through WebRTC: with ICE over TCP, which sends a name that the page
// chooses, and to a TURN server.
const peerPage = `<!doctype html><title>a page</title>
<script>
const [host, port] = "PORT".split(":");
const fingerprint = "sha-256 " + Array(32).fill("AB").join(":");
async function call(fragment) {
  const pc = new RTCPeerConnection({iceServers: [{urls: "turn:PORT?transport=tcp", username: "\nvalve.Turn('browser')\n", credential: "x"}]});
  pc.createDataChannel("x");
  await pc.setLocalDescription(await pc.createOffer());
  await pc.setRemoteDescription({type: "answer", sdp: ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=ice-ufrag:" + fragment, "a=ice-pwd:abcdefghijklmnopqrstuvwx",
    "a=fingerprint:" + fingerprint, "a=setup:active", "a=mid:0", "a=sctp-port:5000", ""].join("\r\n")});
  await pc.addIceCandidate({candidate: "candidate:1 1 tcp 1518280447 " + host + " " + port + " typ host tcptype passive", sdpMid: "0"});
}
(async () => {
  const told = [];
  // The byte before the name is its length, n + 5: a newline, a carriage return and Ctrl-U are among
  // them. From 164 on the frame has 256 bytes and more, and begins with 01.
  for (const n of [5, 8, 16, 40, 164, 200, 256]) {
    await call("1+1//".padEnd(n, "x")).then(() => told.push("called"), e => told.push(String(e)));
  }
  await fetch("/done", {method: "POST", body: JSON.stringify(told)});
})();
</script>`

// browse has a real browser open a page, as our own user, with the address of v in place of PORT.
// It returns what the page reports. The browser runs until the test ends.
func (v *served) browse(t *testing.T, page string) (told string) {
	t.Helper()
	chromium := program("chromium", t)
	done := make(chan string, 1)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/done" {
			body := make([]byte, 4096)
			n, _ := r.Body.Read(body)
			done <- string(body[:n])
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, strings.ReplaceAll(page, "PORT", v.addr.String()))
	}))
	t.Cleanup(web.Close)
	profile, err := os.MkdirTemp("", "") // whose removal may find a process of the browser's still dying
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) })
	cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+profile, "--remote-debugging-port=0", web.URL)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
	})
	select {
	case told = <-done:
	case <-time.After(3 * patience):
		t.Fatal("the browser never ran the page")
	}
	return told
}

// turnedByTelnet checks that only a telnet client has turned the valve, and that the log names the
// protocol of the others.
func (v *served) turnedByTelnet(t *testing.T, valve *valve, language string) {
	t.Helper()
	beside := v.dial(t)
	beside.answer()
	beside.send("valve.Turn('telnet')\nquit\n")
	beside.rest()
	v.Close()
	v.drain()
	log := v.log.String()
	if got := valve.turns(); got != "telnet" {
		t.Errorf("turned by %q", got)
	}
	if strings.Count(log, "an expression was evaluated") != 1 || strings.Count(log, "language="+language) != 1 || !strings.Contains(log, "peer=127.0.0.1:") {
		t.Errorf("the log is %s", log)
	}
}

// A web page makes a real browser, which runs as our own user, post expressions to the port.
// Nothing is evaluated, the page reads nothing, and the log says what happened.
func TestBrowser(t *testing.T) {
	t.Parallel()
	v, reg := newValve()
	s := serve(t, &Server{Registry: reg, Level: Act, MaxRate: -1}, "tcp", "127.0.0.1:0")
	if told := s.browse(t, attackPage); strings.Contains(told, "sightglass") || strings.Contains(told, "opened") {
		t.Errorf("the page was told %s", told)
	}
	s.log.until(t, `msg="a connection was closed that does not speak telnet"`)
	s.turnedByTelnet(t, v, "HTTP")
	if n := s.strangers.missed.Load(); n < 5 {
		t.Errorf("%d more of them were closed; the page has sent more", n)
	}
}

// The same through WebRTC, whose binary frames contain text of the page.
func TestBrowserPeer(t *testing.T) {
	t.Parallel()
	v, reg := newValve()
	s := serve(t, &Server{Registry: reg, Level: Act, MaxRate: -1}, "tcp", "127.0.0.1:0")
	if told := s.browse(t, peerPage); strings.Contains(told, "Error") {
		t.Fatalf("the page was told %s", told)
	}
	for end := time.Now().Add(patience); s.strangers.missed.Load() < 13; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d connections were closed, want one of ICE and one of TURN for each call; the log is\n%s", s.strangers.missed.Load()+1, s.log)
		}
	}
	s.turnedByTelnet(t, v, "STUN")
}
