package house

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

var mutate = flag.Bool("mutate", false, "turn off each protection in a copy, one at a time, and see a test fail; takes minutes")

// mutation turns a protection off in a copy of one file. A test must then fail.
type mutation struct {
	off      string // the protection, in words
	file     string
	old, new string // texts of the file; old occurs in it once
	test     string // that fails
	in       string // the folder of the test; "" for that of the file
	tags     string // to build with
}

// mutations turn off the protections that the promises rest on, in the order of docs/attacks.md.
var mutations = []mutation{
	// It never crashes the process.
	{off: "the fault guard", file: "inspect/internal/peek/fault.go", old: "debug.SetPanicOnFault(true)", new: "debug.SetPanicOnFault(false)", test: "TestWildAddresses"},
	{off: "the check of an address before it is read", file: "inspect/internal/peek/fault.go", old: "if a < firstPage || a%align != 0 || a+n < a {", new: "if false {", test: "TestWildAddresses"},
	{off: "the check of type words", file: "inspect/internal/peek/typeword.go", old: "if !s.plausible(w, 3) {", new: "if false {", test: "TestEveryWordOfTheTypes"},
	{off: "the hash in an itab", file: "inspect/internal/peek/iface.go", old: "err == nil && uint32(hash) == *(", new: "err == nil || uint32(hash) == *(", test: "TestWrongTypeWords"},
	{off: "the bounds of a slice's header", file: "inspect/value.go", old: "if n < 0 || n > c || tooLarge(n, v.typ.Elem().Size()) || n > 0 && data.IsNil() {", new: "if false {", test: "TestHeadersThatCannotBe"},
	{off: "the self-test of maps", file: "inspect/internal/peek/prove.go", old: "s.maps.caught(s.proveMaps, ErrUncaught)", new: "nil", test: "TestDrift", in: "inspect", tags: "sightglass_drift"},
	{off: "the self-test of channels' buffers", file: "inspect/internal/peek/ring.go", old: "s.rings.caught(s.proveRings, ErrUncaught)", new: "nil", test: "TestDrift", in: "inspect", tags: "sightglass_drift"},
	{off: "the self-test of who waits at channels", file: "inspect/internal/peek/waiting.go", old: "s.waiting.caught(s.proveWaiting, ErrUncaught)", new: "nil", test: "TestDrift", in: "inspect", tags: "sightglass_drift"},
	{off: "the self-test of goroutines", file: "inspect/internal/goroutine/open.go", old: "err := r.prove(sections); err != nil {", new: "err := r.prove(sections); err != nil && false {", test: "TestDrift", tags: "sightglass_drift"},
	{off: "the self-test of labels", file: "inspect/internal/goroutine/open.go", old: "	r.proveLabels()\n", new: "", test: "TestDrift", tags: "sightglass_drift"},
	{off: "a stack counts only if its goroutine has not run meanwhile", file: "inspect/internal/goroutine/reader.go", old: "	if d.r.unchecked {", new: "	if !d.r.unchecked {", test: "TestMixture"},
	{off: "a lock that nobody holds is in no deadlock", file: "internal/access/deadlock.go", old: "if h.Free() && !h.Readers {", new: "if false {", test: "TestDeadlocksOfFreeLocks", in: "eval"},
	{off: "goroutines are read with their stacks if the answer may depend on them", file: "eval/internal/compile/compile.go", old: "&& !c.asksForStacks(tree)", new: "", test: "TestSparedStacks", in: "eval"},
	{off: "who waits for a lock has its address, and is not told as its holder", file: "internal/access/waiting.go", old: "m.Waits || on[g] == a || ", new: "", test: "TestWaiting", in: "eval"},
	{off: "who waits at a Cond has given its lock back, and is not told as its holder", file: "inspect/lock.go", old: "	return w\n", new: "	return w &^ w\n", test: "TestWaitingAtCond", in: "eval"},
	{off: "an address in a stack is that of a lock only if it lies in it", file: "inspect/mention.go", old: "if a-s.Addr < s.Size {", new: "if true {", test: "TestSpanIndex"},
	{off: "a deadlock says who else may hold the lock", file: "internal/access/deadlock.go", old: "r.Doubt = r.doubt()", new: "_ = r.doubt()", test: "TestNoDeadlocks", in: "eval"},
	{off: "racy addresses stay numbers", file: "inspect/value.go", old: "return v.how&solid != 0 && v.how&(trusted|fixed) != 0 && v.ref.Held()", new: "return v.ref.Held()", test: "TestProvenance"},
	{off: "the check for cycles", file: "inspect/render/expand.go", old: "if s.isCycle(n, at) {", new: "if false {", test: "TestCycles"},
	{off: "the bound on depth", file: "inspect/render/snap.go", old: "limit.Depth = min(limit.Depth, maxDepth)", new: "", test: "TestDeep"},
	{off: "found locks are taken in exposed objects only", file: "internal/access/internal/guard/rules.go", old: "if !declared && !r.Memory.contains(m.Addr(), m.Type().Size()) {", new: "if false {", test: "TestLocksElsewhere", in: "internal/access"},
	{off: "what cannot be a pointer stays a number", file: "inspect/internal/peek/load.go", old: "if uintptr(q) < firstPage {", new: "if uintptr(q) == 0 {", test: "TestNumbersAmongPointers"},
	{off: "trust ends at what looks after itself", file: "internal/access/view.go", old: "	return p.independent\n", new: "	return p\n", test: "TestTrustEnds"},
	{off: "trust ends at sync, sync/atomic and context", file: "inspect/value.go", old: "if f.shared {", new: "if false {", test: "TestTrustEnds"},
	{off: "words are compared again after their pointer was loaded", file: "inspect/internal/peek/ref.go", old: "uintptr(q)|n == w[i] && same(a, w)", new: "uintptr(q)|n > 0", test: "TestAttackPointers"},
	{off: "the runtime is asked about what looks like a type only", file: "inspect/internal/peek/iface.go", old: "types.err != nil || types.resembles(word)", new: "true", test: "TestFirstStore"},
	{off: "reads that may fault are refused where faults are not caught", file: "inspect/internal/peek/handler.go", old: "uncaught.Store(is)", new: "uncaught.Store(false)", test: "TestHandlerReplaced"},
	{off: "locks are taken behind the fault guard", file: "internal/access/internal/guard/lock.go", old: "	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))\n	return k.try(), nil", new: "	_ = debug.SetPanicOnFault\n	return k.try(), nil", test: "TestLockThatIsGone", in: "internal/access"},
	{off: "a time's location is not followed when it is shown", file: "inspect/lens_time.go", old: "return zone(t, p.Word(f.Type).Interface().(*time.Location))", new: "return p.Word(f.Type).Interface().(*time.Location)", test: "TestTimeOffHeap", in: "internal/access"},
	{off: "a batch that met a fault is read one by one", file: "inspect/batch.go", old: "if c.read(from, p, &lanes, max) {", new: "if c.read(from, p, &lanes, max) || true {", test: "TestBatchBadPointers"},
	{off: "nil pointers in a batch are told", file: "inspect/internal/peek/lanes.go", old: "if low || low2 {", new: "if (low || low2) && false {", test: "TestBatch", in: "inspect"},
	{off: "what the pointers of a batch lead to is held until it was read", file: "inspect/internal/peek/lanes.go", old: "case !l.held:", new: "case true:", test: "TestLanesHold"},
	{off: "what cannot be a pointer stays a number in a batch", file: "inspect/internal/peek/gather.go", old: "		if uintptr(q) < firstPage {\n			q = nil\n		}\n		hold[i] = q\n	}\n}\n\n// hopHeld", new: "		hold[i] = q\n	}\n}\n\n// hopHeld", test: "TestNumbersAmongLanes"},
	{off: "handles of a C library stay numbers", file: "inspect/internal/peek/pointer.go", old: "case !Direct(t):", new: "case false:", test: "TestAttackHandles", in: "eval"},
	{off: "panics of methods are caught", file: "internal/access/internal/usercode/usercode.go", old: "if p := recover(); p != nil {", new: "if p := any(nil); p != nil {", test: "TestAttackUserCode", in: "eval"},
	{off: "panics of locks are caught", file: "internal/access/internal/guard/lock.go", old: "switch p := recover().(type) {", new: "switch p := any(nil).(type) {", test: "TestAttackUserCode", in: "eval"},
	{off: "the limit on calls that do not return", file: "internal/access/internal/usercode/usercode.go", old: "case n >= MaxOverdue:", new: "case n > 1000:", test: "TestAttackBlocking", in: "eval"},
	{off: "the limit on nesting", file: "eval/internal/syntax/syntax.go", old: "scan(source, limits.Nesting)", new: "scan(source, 1<<30)", test: "TestNesting", in: "eval"},
	{off: "how far a session may raise its time", file: "eval/limits.go", old: "l.Time = min(l.Time, l.MaxTime)", new: "l.MaxTime = max(l.MaxTime, l.Time)", test: "TestMaxTime"},
	{off: "a request's own limits", file: "internal/console/session.go", old: "q.Limits = s.lower.Within(q.Limits)", new: "q.Limits = s.lower", test: "TestRequestLimits", in: "telnet"},
	{off: "the limit on a line's length", file: "eval/internal/syntax/syntax.go", old: "if len(source) > limits.Line {", new: "if false {", test: "TestLimitOfLine", in: "eval"},
	{off: "the budget of bytes", file: "eval/internal/meter/meter.go", old: "m.kept > m.budget.Bytes", new: "m.kept > 16*m.budget.Bytes", test: "TestBytes", in: "eval"},
	{off: "refs is charged for the places that it remembers", file: "eval/internal/library/refs.go", old: "return s.f.Keep(placeCost + 2*len(p.path))", new: "return nil", test: "TestRefsIsBounded", in: "eval"},
	{off: "refs remembers the way to no more objects than there is room for", file: "eval/internal/library/nearest.go", old: "w.kept+n > w.f.Budget().Bytes/2 || w.f.Keep(n) != nil", new: "false", test: "TestRefsWithoutRoom", in: "eval"},
	{off: "the bound on places that refs tells", file: "eval/internal/library/refs.go", old: "case len(s.paths) == maxRefs:", new: "case false:", test: "TestRefsIsBounded", in: "eval"},
	{off: "the bound on notes", file: "eval/internal/machine/frame.go", old: "len(f.Notes) > maxNotes || ", new: "", test: "TestNotesOfMany", in: "eval"},
	{off: "the bound on a watch's condition that is completed", file: "internal/console/watch.go", old: "if b.Len() > most {", new: "if false {", test: "TestCompletionOfLongWatch"},
	{off: "the budget of entries", file: "eval/internal/meter/meter.go", old: "if m.entries > m.budget.Entries {", new: "if false {", test: "TestEntries", in: "eval"},
	{off: "each entry of a batch is charged", file: "internal/access/batch.go", old: "return w.settle(owed{n, reads, kept})", new: "return w.settle(owed{min(n, 1), reads, kept})", test: "TestBatches", in: "eval"},
	{off: "near the end of the budget lanes are charged one by one", file: "eval/internal/machine/scan.go", old: "if f.Near(near) || f.Kept()", new: "if f.Near(0*near) || f.Kept()", test: "TestAttackEachBudget", in: "eval"},
	{off: "so are those that come behind what waits for the guard's release", file: "eval/internal/machine/scan.go", old: "near := w.put(b) + lanes.cost", new: "near := lanes.cost", test: "TestAttackEachBudget", in: "eval"},
	{off: "empty batches are charged", file: "internal/access/batch.go", old: "work(1 + b.Len()/16)", new: "work(b.Len() / 16)", test: "TestEmptyBatchesAreCharged"},
	{off: "parts of texts are copied", file: "eval/internal/value/text.go", old: "return String(strings.Clone(string(x[lo:hi]))), nil", new: "_ = strings.Clone\n	return x[lo:hi], nil", test: "TestAttackMemory", in: "eval"},
	{off: "the limit on regular expressions", file: "eval/internal/pattern/pattern.go", old: "if size > maxProgram {", new: "if false {", test: "TestAttackMemory", in: "eval"},
	{off: "the limit on classes, before a regular expression is parsed", file: "eval/internal/pattern/pattern.go", old: "case named > maxNamed:", new: "case false:", test: "TestPatternBounds"},
	{off: "the charge for regular expressions", file: "eval/internal/compile/match.go", old: "err = c.meter.Keep(fixed.Weight())", new: "err = nil", test: "TestPatternsAreBounded", in: "eval"},
	{off: "the limit on a variable's text", file: "inspect/render/snap.go", old: "return min(all, max(s.leftText, 0))", new: "return all", test: "TestTextOfVariables", in: "eval"},
	{off: "the limit on variables", file: "eval/variables.go", old: "if held > max {", new: "if false {", test: "TestVariablesAreBounded"},
	{off: "variables hold copies", file: "eval/variable.go", old: "	if !live {\n", new: "	if true || !live {\n", test: "TestAttackRetention"},
	{off: "a panic in the log's handler is an error", file: "telnet/record.go", old: "(err error) {\n	defer transport.Rescue(&err)\n	return h.Handler.Handle(ctx, r)", new: "(err error) {\n	return h.Handler.Handle(ctx, r)", test: "TestPanicInLog"},
	{off: "a panic in a connection's Write is an error", file: "telnet/internal/transport/safe.go", old: "	defer Rescue(&err)\n	return c.Conn.Write(p)", new: "	return c.Conn.Write(p)", test: "TestPanicInConn", in: "telnet"},
	{off: "a panic in an Authenticator is an error before the login can end", file: "telnet/login.go", old: "	defer transport.Rescue(&err)\n	return c.server.Auth", new: "	_ = transport.Rescue\n	return c.server.Auth", test: "TestPanicInLateLogin"},

	// It never writes to the application's memory.
	{off: "the allow-list of methods", file: "internal/access/method.go", old: "case !allowed && !action:", new: "case false && !allowed:", test: "TestAttackUninvited", in: "eval"},
	{off: "actions need leave", file: "internal/access/method.go", old: "case action && v.visit.overseer.Approve == nil:", new: "case false:", test: "TestAct"},
	{off: "an action is the call that was asked about", file: "internal/access/overseer.go", old: "	return c.checkExposed()\n", new: "	return nil\n", test: "TestCallIsBound"},
	{off: "what cannot be shown in full does not act", file: "internal/access/overseer.go", old: "n > MaxCall {", new: "n < 0 {", test: "TestLongAction"},
	{off: "an action that cannot be recorded does not run", file: "telnet/record.go", old: "if err := h.Handle(c.ctx, r); err != nil {", new: "if err := h.Handle(c.ctx, r); err != nil && false {", test: "TestActionsNeedTheirRecord"},
	{off: "an action waits for its own token", file: "internal/console/pending.go", old: "if subtle.ConstantTimeCompare([]byte(token), []byte(p.asked.token)) != 1 {", new: "if subtle.ConstantTimeCompare([]byte(token), []byte(p.asked.token)) == 2 {", test: "TestConfirmationInJSON", in: "telnet"},
	{off: "an action waits for the next request alone", file: "internal/console/protocol.go", old: "	s.giveUp(waiting, errNotConfirmed)\n", new: "	s.pending = waiting\n", test: "TestConfirmationInJSON", in: "telnet"},
	{off: "an action does not wait for ever", file: "telnet/confirm.go", old: "ctx, cancel := context.WithTimeoutCause(ctx, limit,", new: "ctx, cancel := context.WithTimeoutCause(ctx, 1_000_000*limit,", test: "TestConfirmationExpires"},
	{off: "arguments are copies", file: "internal/access/internal/argument/argument.go", old: "			x = bytes.Clone(x)\n", new: "			_ = bytes.Clone(x)\n", test: "TestArgumentsAreCopies", in: "internal/access"},
	{off: "a call is on record before it runs", file: "internal/access/overseer.go", old: "if vis.overseer.Begin != nil {", new: "if false {", test: "TestRecordBeforeTheEnd", in: "telnet"},
	{off: "a session that waits for an answer is idle", file: "telnet/login.go", old: "!c.dialog.asks()", new: "true", test: "TestIdleWhileAsked"},
	{off: "confirming takes none of the evaluation's time", file: "eval/overseer.go", old: "defer e.Pause()()", new: "", test: "TestConfirmingTakesNoTime"},
	{off: "a watch has two records", file: "internal/console/watch.go", old: "if watcher, ok := s.evaluator.(Watcher); ok {", new: "if watcher, ok := s.evaluator.(Watcher); ok && false {", test: "TestWatchOnRecord", in: "telnet"},
	{off: "no action in a watch", file: "eval/overseer.go", old: "case e.mode != Typed:", new: "case false:", test: "TestWatchOnRecord", in: "telnet"},
	{off: "guards are given back as they were", file: "internal/access/internal/guard/lock.go", old: "	k.unlock()\n", new: "", test: "TestAttackLocks", in: "internal/access"},

	// It never makes the application wait.
	{off: "locks are tried, not queued for", file: "internal/access/internal/guard/rules.go", old: "k.try, k.unlock = m.TryRLock, m.RUnlock", new: "k.try, k.unlock = func() bool { m.RLock(); return true }, m.RUnlock", test: "TestHeldForEver", in: "internal/access"},
	{off: "chunks", file: "internal/access/internal/pace/pace.go", old: "HoldTime = 100 * time.Microsecond", new: "HoldTime = time.Hour", test: "TestChunks", in: "internal/access"},
	{off: "batches end when the time of their guard is over", file: "internal/access/batch.go", old: "if left < limit/4 {", new: "if false {", test: "TestBatchesGiveGuardBack"},
	{off: "each chunk of a walk is read under the guard", file: "internal/access/walk.go", old: "	err := w.of.read(w.readsMemory(), w.hold)\n", new: "	err := error(nil)\n	if w.handed > 0 {\n		err = w.hold(w.of.val)\n	} else {\n		err = w.of.read(w.readsMemory(), w.hold)\n	}\n", test: "TestBatchesGiveGuardBack"},
	{off: "nothing is waited for while a guard is held", file: "internal/access/internal/guard/holder.go", old: "	if h.Holding() {\n		return &Error{", new: "	if false {\n		return &Error{", test: "TestNothingIsWaitedForUnderGuard", in: "internal/access"},
	{off: "self-tests run before a guard is taken", file: "internal/access/visit.go", old: "	inspect.Prepare()\n", new: "", test: "TestSelfTestsRunUnderNoGuard"},
	{off: "a lock that others wait for is left to them", file: "internal/access/internal/guard/holder.go", old: "if wanted && len(h.held) == 0 {", new: "if false {", test: "TestLeftToOthers"},
	{off: "a guard that was refused once is not waited for again", file: "internal/access/internal/guard/holder.go", old: "h.refuse(guard{addr: k.addr}, waited)", new: "", test: "TestHeldForEver", in: "internal/access"},
	{off: "no guard is held while a method runs", file: "internal/access/method.go", old: "case v.visit.Holding():", new: "case false:", test: "TestMethodThatLocks"},
	{off: "long texts are read when the moment is over", file: "internal/access/snapshot.go", old: "longPart     = 1 << 10", new: "longPart     = 1 << 30", test: "TestStructInParts"},
	{off: "the bound on what is read together", file: "internal/access/snapshot.go", old: "parts == maxParts", new: "parts == 1<<30", test: "TestConsistentIsBounded"},
	{off: "a look-up probes", file: "inspect/internal/peek/mapfind.go", old: "NewSlab(size), torn: make([]bool, 1)", new: "NewSlab(n * size), torn: make([]bool, 1)", test: "TestLookupCopiesLittle", in: "inspect"},
	{off: "evaluations yield", file: "eval/internal/meter/meter.go", old: "m.slice = m.yield()", new: "_ = m.yield", test: "TestYields", in: "eval"},
	{off: "walks yield between two chunks", file: "internal/access/walk.go", old: "t.visit.Yield()", new: "_ = t.visit.Yield", test: "TestWalkYields"},
	{off: "rests while others wait for a processor", file: "internal/access/internal/pace/pace.go", old: "_ = p.sys.sleep(ctx, min(max(p.charge(now, worked), minNap), maxRest))", new: "p.sys.offer()", test: "TestRests"},
	{off: "who waits for a moment is left more and more time", file: "internal/access/internal/pace/pace.go", old: "max(2*p.nap, minNap)", new: "minNap", test: "TestRests"},
	{off: "slices are short while no processor is idle", file: "internal/access/internal/pace/pace.go", old: "	case p.gauge.idle:\n		return calmSlice", new: "	case true:\n		return calmSlice", test: "TestFull"},
	{off: "work is charged for", file: "internal/access/internal/pace/account.go", old: "return max(until-now, 0)", new: "return 0", test: "TestRests"},
	{off: "evaluations have their share together", file: "internal/access/internal/pace/account.go", old: "max(time.Duration(old), now-worked-maxCredit)", new: "now - worked", test: "TestShareOfAll"},
	{off: "the network is asked while all processors are busy", file: "internal/access/internal/pace/machine.go", old: "	lines.wait()\n", new: "	runtime.Gosched()\n", test: "TestQueueAsksTheNetwork"},
	{off: "few descriptors are kept", file: "internal/access/internal/pace/line.go", old: "if len(p.free) < maxLines {", new: "if true {", test: "TestLinesArePooled"},
	{off: "processors that the kernel gives to others are not idle", file: "internal/access/internal/pace/loss.go", old: "l.lost >= muchLost", new: "false", test: "TestLoss"},
	{off: "the scheduler is asked seldom who waits", file: "internal/access/internal/pace/gauge.go", old: "askEvery   = 100", new: "askEvery   = 0", test: "TestAsksSeldom"},
	{off: "cancellation", file: "eval/internal/meter/meter.go", old: "if m.ctx.Err() != nil {", new: "if false {", test: "TestCancel", in: "eval"},
	{off: "the copy of a long text in pieces", file: "internal/access/text.go", old: "n := min(t.Len(), maxPiece)", new: "n := t.Len()", test: "TestText"},
	{off: "what is too long to be copied stays live", file: "internal/access/text.go", old: "case t.Len() > MaxText:", new: "case false:", test: "TestTooLongText"},
	{off: "the limit on what an expression builds", file: "eval/internal/meter/build.go", old: "if n < 0 || n > MaxText {", new: "if n < 0 {", test: "TestTooLongToBuild", in: "eval"},
	{off: "a long text is not read under a guard", file: "internal/access/text.go", old: "if t.Len() > maxPiece && t.of.visit.Holding() {", new: "if false {", test: "TestLongTextUnderGuard"},
	{off: "the search in a text in pieces", file: "eval/internal/meter/search.go", old: "if len(s) <= SearchStep && len(part) <= MaxHead {", new: "if true {", test: "TestStepsOfLongTexts", in: "eval"},
	{off: "the budget of time", file: "eval/session.go", old: "	e := s.begin(ctx, limits)\n", new: "	limits.Time = 1 << 50\n	e := s.begin(ctx, limits)\n", test: "TestDeadline"},
	{off: "the budget of time ends waits", file: "eval/internal/meter/waits.go", old: "b.end(context.DeadlineExceeded)", new: "_ = b", test: "TestWaits"},
	{off: "the length of a line that is edited", file: "internal/console/editor.go", old: "return min(e.max, maxEdited)", new: "return e.max", test: "TestEditedLineIsBounded"},
	{off: "keys are looked at until the session is to end", file: "internal/console/terminal.go", old: "return t.ending.Load() || t.ctx.Err() != nil || t.over()", new: "return t.over()", test: "TestEndBetweenKeys"},
	{off: "what was held is taken up in parts", file: "internal/console/terminal.go", old: "keysAtOnce = 128", new: "keysAtOnce = 1 << 20", test: "TestInterruptBetweenKeys"},
	{off: "a completion takes a turn", file: "telnet/evaluator.go", old: "e.turn.begin(ctx, true) != nil", new: "e.turn.begin(ctx, true) != nil && false", test: "TestCompletionTakesTurn"},
	{off: "a completion calls nothing", file: "internal/access/visit.go", old: "case e.compute != nil && vis.callsForbidden:", new: "case false:", test: "TestCompleteCallsNothing", in: "eval"},
	{off: "a long answer stops for nobody but a person", file: "internal/console/session.go", old: "return s.pager != nil && st.echoed && !st.json && !s.inJSON() && st.pages()", new: "_ = st\n	return s.pager != nil", test: "TestNoPager"},
	{off: "size counts a text that was copied where it lay", file: "eval/internal/library/measure.go", old: "src.Value().Origin()", new: "src.Value().Header()", test: "TestSizeOfKeptTexts", in: "eval"},
	{off: "of equal elements the first to come is the first in order", file: "eval/internal/library/top.go", old: "return o > 0, b.l", new: "return o >= 0, b.l", test: "TestFewOfSorted", in: "eval"},
	{off: "of equal elements the last to come is the last in order", file: "eval/internal/library/top.go", old: "if o == 0 && b.last {", new: "if false {", test: "TestFewOfSorted", in: "eval"},
	{off: "an overflow of reduce in a batch is an error", file: "eval/internal/scan/reduce.go", old: "if over != 0 || unsigned", new: "if over > 1 || unsigned", test: "TestReductions", in: "eval"},
	{off: "a group of a batch has each of its elements", file: "eval/internal/library/group.go", old: "_, err = g.into(i, nil, elem)\n			return err", new: "return nil", test: "TestFoldsAreWhole", in: "eval"},
	{off: "progress is told to nobody but a person", file: "internal/console/progress.go", old: "!st.echoed || !st.sized || st.dumb || st.json || s.inJSON()", new: "false && st.echoed", test: "TestProgressIsForPeople"},
	{off: "a session in the pager is idle", file: "internal/console/terminal.go", old: "t.working() && t.pause == nil", new: "t.working()", test: "TestPagerIsIdle", in: "telnet"},
	{off: "a client that has closed its side is not asked for a key", file: "internal/console/terminal.go", old: "t.decide(theRest) // nobody will turn pages", new: "", test: "TestPagerWhileItWaits"},
	{off: "a compiled line is for one version of what is exposed", file: "eval/parsed.go", old: "l.program == nil || l.version != version", new: "l.program == nil", test: "TestCompiledIsCurrent"},
	{off: "a compiled line is not for a variable that hides what it names", file: "eval/parsed.go", old: "if _, is := vars.get(name, mode); is {", new: "if false {", test: "TestCompiledIsCurrent"},
	{off: "a connection is read while it evaluates", file: "telnet/reader.go", old: "r.begun < l.tick-1;", new: "false;", test: "TestLookout"},
	{off: "how many users' lines are kept", file: "telnet/history.go", old: "if len(h.users) == maxHistories {", new: "if false {", test: "TestHistoryIsBounded"},
	{off: "a client that is gone cancels", file: "internal/console/terminal.go", old: "	t.stop(err) // the lock may be with somebody who waits for the peer\n", new: "", test: "TestHangup"},
	{off: "a draw that meets a table once more is drawn again", file: "inspect/internal/peek/mappick.go", old: "!first || slot >= n*groupSlots", new: "(first || !first) && slot >= n*groupSlots", test: "TestPickIsEven"},
	{off: "the number of evaluations at a time", file: "telnet/limits.go", old: "newTurns(positive(s.MaxEvaluations, max(1, runtime.GOMAXPROCS(0)/2)))", new: "newTurns(1000+runtime.GOMAXPROCS(0))", test: "TestTurns"},
	{off: "an evaluation whose slice is over gets in line again", file: "telnet/turns.go", old: "return t.long.over.Load()", new: "return false", test: "TestSlices"},
	{off: "what comes for the first time does not wait for all that scans", file: "telnet/line.go", old: "if w.again {", new: "if false {", test: "TestSlices"},
	{off: "long evaluations have their half of the turns", file: "telnet/line.go", old: "l.next = 1 - n", new: "l.next = 0", test: "TestSlicesUnderFlood"},

	{off: "a request that is given up while it waits is not evaluated", file: "internal/console/cancel.go", old: "if s.cancels.early[string(id)] {", new: "if false {", test: "TestClientCancels", in: "telnet"},
	{off: "a guard is given back while what an object leads to is walked", file: "internal/access/reach.go", old: "err != nil || stop || time.Since(start) > limit", new: "err != nil || stop || time.Since(start) < 0*limit", test: "TestReachIsOfSeveralMoments", in: "eval"},
	{off: "refs walks one object at a time under its guard", file: "internal/access/search.go", old: "more = ok && next == base", new: "more = ok && next >= 0", test: "TestRefsWhileWaysChange", in: "eval"},
	{off: "a watch gives a process its rest", file: "client/watch.go", old: "return max(s.every, share*s.cost)", new: "return s.every", test: "TestWatchRests"},
	{off: "a question that fails has cost its time", file: "client/watch.go", old: "		s.cost += took\n", new: "", test: "TestWatchRests"},

	// It never lies.
	{off: "multi-word values are read until they agree", file: "inspect/internal/peek/ref.go", old: "if same == agree {", new: "if true {", test: "TestAttackWords"},
	{off: "a string's header is read again after its bytes", file: "inspect/scalar.go", old: "err2 == nil && still && again == w {", new: "err2 == nil && still {", test: "TestAttackReusedText"},
	{off: "the pieces of a text are of one string", file: "inspect/scalar.go", old: "failed != nil || at != addr || m != n {", new: "failed != nil && at != addr && m != n {", test: "TestTextThatIsReplaced", in: "internal/access"},
	{off: "a string's header is read again by a shortcut too", file: "inspect/internal/peek/chase.go", old: "ok = loadWord(a) == w[0] && loadWord(a+wordSize) == w[1]", new: "ok = true", test: "TestAttackReusedText", in: "inspect"},
	{off: "the headers of a column's texts are read again after their bytes", file: "inspect/internal/peek/texts.go", old: "		at.again(addr, n, i, bad)\n	}\n	none()", new: "	}\n	none()", test: "TestAttackReusedTexts", in: "inspect"},
	{off: "values of two kinds are not one group", file: "eval/internal/scan/groups.go", old: "if r.a^s.a|r.b^s.b|uint64(r.tag^s.tag) == 0", new: "if r.a^s.a|r.b^s.b == 0", test: "TestGroups"},
	{off: "large integers are not added up while they are copied", file: "inspect/internal/peek/gather.go", old: "return s0 + s1, all0|all1 < 1<<52", new: "return s0 + s1, true", test: "TestSumOfLanes"},
	{off: "texts that begin alike are not one text", file: "inspect/internal/peek/texts.go", old: "h := k.hash()\n			for probe := range uint32(maxProbes) {\n				at := (h + probe) % (2 * MaxLanes)\n				number := dict[at]\n				if number == 0 {\n					free = int(at)\n					break\n				}\n				if k == t.keys[number] {", new: "h := uint32(0)\n			for probe := range uint32(maxProbes) {\n				at := (h + probe) % (2 * MaxLanes)\n				number := dict[at]\n				if number == 0 {\n					free = int(at)\n					break\n				}\n				if k.a == t.keys[number].a && k.b == t.keys[number].b {", test: "TestTextsOfOneArray", in: "inspect"},
	{off: "texts that differ behind their first word are not one text", file: "inspect/internal/peek/texts.go", old: ">> (128 - 8*n)", new: ">> (128 - 8*n) & 0", test: "TestTextsOfOneArray", in: "inspect"},
	{off: "short texts are the same only if their bytes are", file: "inspect/internal/peek/texts.go", old: "h := k.hash()\n			for probe := range uint32(maxProbes) {\n				at := (h + probe) % (2 * MaxLanes)\n				number := dict[at]\n				if number == 0 {\n					free = int(at)\n					break\n				}\n				if k == t.keys[number] {", new: "h := uint32(0)\n			for probe := range uint32(maxProbes) {\n				at := (h + probe) % (2 * MaxLanes)\n				number := dict[at]\n				if number == 0 {\n					free = int(at)\n					break\n				}\n				if k.n == t.keys[number].n {", test: "TestTextsOfOneArray", in: "inspect"},
	{off: "a mask says yes to its own lanes", file: "eval/internal/scan/scan.go", old: "		yes[w] = m\n	}\n}", new: "		yes[(w+1)%len(yes)] = m\n	}\n}", test: "TestBatches", in: "eval"},
	{off: "lanes that are bad go one by one", file: "eval/internal/machine/scan.go", old: "lanes.Lo, lanes.Hi = lo, min(w.bad.Next(lo), n)", new: "lanes.Lo, lanes.Hi = lo, n", test: "TestBatches", in: "eval"},
	{off: "positions behind a filter are those of their own batch", file: "eval/internal/machine/scan.go", old: "		st.passed = w.in\n", new: "		if b.Pos() == 0 {\n			st.passed = w.in\n		}\n", test: "TestStagesOfManyBatches", in: "eval"},
	{off: "a struct that may lie in the exposed object is read under its own lock, in batches too", file: "internal/access/internal/guard/rules.go", old: " || r.Memory.mayHold(t) {", new: " {", test: "TestBatchesOfLocked", in: "eval"},
	{off: "so is one with its lock behind a pointer", file: "internal/access/internal/guard/rules.go", old: "	return t.Kind() == reflect.Struct\n}", new: "	return true\n}", test: "TestBatchesOfLocked", in: "eval"},
	{off: "a part of a list in which an element fails is walked from its end", file: "eval/internal/machine/backwards.go", old: "return err == nil && !some", new: "return !some", test: "TestFindLastByParts", in: "eval"},
	{off: "a nil on the way to what has a length is no length of 0, in batches", file: "eval/internal/scan/length.go", old: "keep(&n.none, &n.column.Bad, &n.words.Bad)", new: "keep(&n.none, &n.column.Bad, &inspect.Mask{})", test: "TestBatchesOfLengths", in: "eval"},
	{off: "elements of a batch are copied when they are handed out", file: "inspect/batch.go", old: "if e.how&solid != 0 {", new: "if true {", test: "TestBatch"},
	{off: "a batch hands out nothing twice when a map's table was replaced", file: "inspect/mapwalk.go", old: "			again.Set(i)\n", new: "", test: "TestMapChangedUnderWalk"},
	{off: "racy values are marked", file: "inspect/value.go", old: "	if !d.Firm {\n		e.mark |= Racy\n", new: "	if !d.Firm {\n", test: "TestProvenance"},
	{off: "a uint64 is not an int", file: "inspect/datum.go", old: "case u <= math.MaxInt:", new: "case true:", test: "TestSameAsReflect"},
	{off: "what package time wraps is an error", file: "eval/internal/value/method.go", old: "if !isExact(of, name, in, out) {", new: "if false {", test: "TestMoments"},
	{off: "a power whose square has wrapped is an overflow", file: "internal/number/number.go", old: "if a, ok = Mul(a, a); !ok {", new: "if a, _ = Mul(a, a); false {", test: "TestPowersAgainstBig", in: "eval/internal/value"},
	{off: "a float that comes to no number is an error", file: "eval/internal/value/arith.go", old: "case z-z != 0 && x-x == 0 && y-y == 0:", new: "case false:", test: "TestExact", in: "eval"},
	{off: "an integer that no float holds stays one", file: "internal/number/number.go", old: "return quotient, !quotient.FitsFloat()", new: "return quotient, false", test: "TestRounded", in: "eval"},
	{off: "a float of the application is no literal", file: "internal/number/number.go", old: "return OfSingle(f), ok && n.Written", new: "return OfSingle(f), ok", test: "TestFloat32", in: "eval"},
	{off: "a cut snapshot does not count", file: "eval/internal/value/snapshot.go", old: "	if err := lacks(x.Node); err != nil {\n		return err\n	}\n	for i, it", new: "	for i, it", test: "TestSnapshotCut", in: "eval"},
	{off: "elements of slices are copied", file: "inspect/listwalk.go", old: "		h = of.hop(t, data).how\n		if !of.space().pinned(t) {", new: "		h = of.hop(t, data).how\n		if false {", test: "TestAnswersAreOfOneMoment", in: "eval"},
	{off: "an element that is asked for by its index or key is copied", file: "internal/access/walk.go", old: "!val.InPlace() || v.policy.Frozen || !v.hasGuard()", new: "true", test: "TestAnswersAreOfOneMoment", in: "eval"},
	{off: "objects that were picked are compared when they are shown", file: "internal/access/keep.go", old: "v.pick.changed = !ok || sum != v.pick.sum", new: "_, _ = sum, ok", test: "TestAnswersAreOfOneMoment", in: "eval"},
	{off: "keys that are gone are noticed when a map's table was replaced", file: "inspect/mapwalk.go", old: "known, stands := w.stands(name, tag)", new: "known, stands := tag == tag, true", test: "TestKeysReplacedUnderWalk"},
	{off: "objects that were picked are compared however they are read", file: "internal/access/fieldcache.go", old: "	if c.hops {\n		v.markUsed()\n	}\n", new: "", test: "TestChangedAmongMany", in: "eval"},
	{off: "elements of slices that were picked are compared", file: "inspect/sum.go", old: "	case reflect.Slice:\n", new: "	case reflect.Invalid:\n", test: "TestAnswersAreOfOneMoment", in: "eval"},
	{off: "the strings of objects that were picked are compared", file: "inspect/sum.go", old: "at += off; at < maxSummed {", new: "at += off; false {", test: "TestChangedString", in: "eval"},
	{off: "what is too large to be copied is noted", file: "internal/access/tally.go", old: "if val.Stays() {", new: "if false {", test: "TestAnswersAreOfOneMoment", in: "eval"},
	{off: "that a lock is not taken is noted as racy", file: "eval/notes.go", old: "lines(RacyNote, t.Unlocked", new: "lines(PartedNote, t.Unlocked", test: "TestNotesAreTrue"},
	{off: "what was picked is no path", file: "eval/variable.go", old: " || !v.Steady() || !target.Steady()", new: "", test: "TestPickedIsNoPath"},
	{off: "the parts of a channel's ring have to fit together", file: "inspect/internal/peek/ring.go", old: "r.Slot(r.Len) != sent", new: "false", test: "TestTornRing"},
	{off: "a channel's ring whose parts do not fit is not believed", file: "inspect/chanwalk.go", old: "err != nil || before.Torn", new: "err != nil", test: "TestItemsHalfReceived"},
	{off: "whole rounds of a channel's ring count as received", file: "inspect/chanwalk.go", old: "if n < w.waiting-r.Len {", new: "if false {", test: "TestItemsOfAnotherRound"},
	{off: "what waits in a channel is marked as racy", file: "inspect/chanwalk.go", old: "mark: of.mark | Racy", new: "mark: of.mark", test: "TestItems"},
	{off: "walks follow a slice that shifts", file: "inspect/listwalk.go", old: "	w.shift(-shift)\n", new: "", test: "TestListsThatMove"},
	{off: "walks look for their place in a slice that was changed", file: "inspect/listwalk.go", old: "if !follows {", new: "if false {", test: "TestListsThatMove"},
	{off: "what is read of an element when its guard was given back is compared", file: "internal/access/walk.go", old: "p.known && p.used && w.of.hasGuard()", new: "false && w.of.hasGuard()", test: "TestAttackPairs", in: "eval"},
	{off: "elements that went around a walk are told", file: "inspect/listwalk.go", old: "if n < w.n+to-w.pos {", new: "if false {", test: "TestListsThatMove"},
	{off: "walks tell a slice that moved nearby from one that shifted", file: "inspect/listwalk.go", old: "if !follows && shift != 0 && ", new: "if false && ", test: "TestListMovesNearby"},
	{off: "walks look for their place in a list", file: "inspect/chainwalk.go", old: "		w.resume(trust)\n", new: "", test: "TestListsThatMove"},
	{off: "what methods return is read under the guard of their object", file: "internal/access/method.go", old: "		r.guard = k.Found()\n", new: "", test: "TestNotesAreTrue", in: "eval"},

	{off: "debug information of another file is that of the same link, by its name", file: "inspect/internal/variable/binary_linux.go", old: "known || len(b) > 0; !bytes.Equal(a, b) {", new: "known || len(b) > 0; !bytes.Equal(a, b) && false {", test: "TestSymbols"},
	{off: "debug information of another file is that of the same link, by its code", file: "inspect/internal/variable/binary_linux.go", old: "} else if !same {", new: "} else if !same && false {", test: "TestSymbols"},
	{off: "offsets of a type that was made are those of the debug information", file: "inspect/internal/variable/make.go", old: "!ok || uint64(at) != uint64(got)", new: "!ok", test: "TestMadeOtherwise"},
	{off: "sizes of a type that was made are those of the debug information", file: "inspect/internal/variable/make.go", old: "if ok && uint64(size) != uint64(t.Size()) {", new: "if ok && false {", test: "TestMadeOtherwise"},
	{off: "a way is read again before the place at its end is told", file: "inspect/searchfound.go", old: "!stillLeads(via, legs[i+1])", new: "via == nil", test: "TestSearchReadsWaysAgain"},
	{off: "refs looks again where ways have changed", file: "eval/internal/library/refs.go", old: "for range maxPasses - 1 {", new: "for range 0 {", test: "TestRefsWhileWaysChange", in: "eval"},
	{off: "refs looks below all objects where a way has gone", file: "eval/internal/library/refs.go", old: "\t\tgone = s.lost == 0 &&", new: "\t\tgone = false && s.lost == 0 &&", test: "TestRefsWhilePlacesMove", in: "eval"},
	{off: "that nothing leads there is not told once a way has changed", file: "eval/internal/library/refs.go", old: "s.strayed || s.lost > 0", new: "s.lost > 0", test: "TestRefsWhilePlacesMove", in: "eval"},
	{off: "what refs found stays told where it could not look again", file: "eval/internal/library/refs.go", old: " || s.unread > 0 ||", new: " ||", test: "TestRefsWhileWaysChange", in: "eval"},
	{off: "that nothing leads there is told only if nothing was left out", file: "eval/internal/library/refs.go", old: "case s.cut != \"\" || s.strayed || s.unread+s.buried+s.torn+s.closures+s.unsafes > 0:", new: "case false:", test: "TestRefsWhileWaysChange", in: "eval"},
	{off: "an object that refs came back to is not of one moment", file: "internal/access/search.go", old: "if s.held[base] {", new: "if false {", test: "TestRefsOfSeveralMoments", in: "eval"},
	{off: "what passes by a guard is told", file: "internal/access/lock.go", old: "if v.passes() {", new: "if false {", test: "TestNotesAreTrue", in: "eval"},
	{off: "what is too far away for a path is read under the guard of what it lies below", file: "internal/access/reach.go", old: "locks{guard: v.childLock()}", new: "locks{guard: guard.None}", test: "TestRefsFarAway", in: "eval"},
	{off: "memory that was met is not counted again", file: "eval/internal/library/coverage.go", old: "fresh += bits.OnesCount64(mask &^ *word)", new: "fresh += bits.OnesCount64(mask)", test: "TestCensusOfKnownSize", in: "eval"},

	// It tells no secrets.
	{off: "a struct without its tags shows nothing", file: "inspect/internal/variable/make.go", old: "	if !known {\n", new: "	if !known && false {\n", test: "TestPackages", in: "eval"},
	{off: "a type that was made is redacted by the name that it lost", file: "inspect/internal/variable/make.go", old: "t.err == nil && namesSecret(", new: "t.err == nil && false && namesSecret(", test: "TestPackages", in: "eval"},
	{off: "a struct without a name that was made has its tags", file: "inspect/internal/variable/make.go", old: "embedded, tags[i])", new: "embedded, tags[i][:0])", test: "TestPackages", in: "eval"},
	{off: "the name of a type does not tell of a field that a tag hides", file: "inspect/internal/gotype/made.go", old: "if !absent(f) {", new: "if true {", test: "TestPackages", in: "eval"},
	{off: "labels are those of one moment", file: "inspect/internal/goroutine/labels.go", old: "		if r.unchecked {", new: "		if !r.unchecked {", test: "TestLabelsOfMoment"},
	{off: "what is hidden after the first look is hidden at once", file: "registry/packages.go", old: "		r.objects.Drop()", new: "		_ = r", test: "TestPackages", in: "eval"},
	{off: "a package variable that was withdrawn stays away", file: "internal/access/later.go", old: "!o.later.without[name] && ", new: "", test: "TestLater"},
	{off: "package variables that were dropped are not read anew while a guard is held", file: "internal/access/later.go", old: "if vis.meter.failed = errDropped; !vis.Holding() {", new: "if vis.meter.failed = errDropped; true {", test: "TestDroppedWhileLooking"},
	{off: "the first look comes to its end while no processor is idle", file: "internal/access/later.go", old: "time.Since(began) >= loadPatience", new: "began.IsZero()", test: "TestLoadOnBusyProcessors"},
	{off: "what is dropped while it is exposed is exposed anew", file: "internal/access/later.go", old: "!panicked && o.later.dropped != dropped {", new: "o.later.dropped != dropped && false {", test: "TestDroppedWhileExposed"},
	{off: "a budget ends the first look", file: "internal/access/later.go", old: "vis.meter.work(loadStep); err != nil {", new: "vis.meter.work(loadStep); false {", test: "TestLoadIsMetered"},
	{off: "the tests of a package are not of the standard library", file: "inspect/internal/variable/tag.go", old: "strings.TrimSuffix(pkg, \"_test\")", new: "strings.TrimSuffix(pkg, \"\")", test: "TestStandard"},
	{off: "variables are shown of the packages that were named", file: "internal/access/packages.go", old: "	return pkg == pattern\n", new: "	return true\n", test: "TestPackages", in: "eval"},
	{off: "redaction by a field's name", file: "internal/access/decide.go", old: "v.secrets |= f.Kinds", new: "", test: "TestAttackSecrets", in: "eval"},
	{off: "redaction by a tag in what is walked by single loads", file: "internal/access/reach.go", old: "if f.Absent || f.Secret {", new: "if f.Absent {", test: "TestReachIsStepwise", in: "eval"},
	{off: "redaction by look in what is walked by single loads", file: "internal/access/reach.go", old: "&& secret.In(string(text))", new: "&& false", test: "TestReachIsStepwise", in: "eval"},
	{off: "refs tells no place that is hidden", file: "eval/internal/library/refs.go", old: "At(_ int, v *access.View) error {\n\tif v.Hidden() {", new: "At(_ int, v *access.View) error {\n\tif false {", test: "TestRefsTellsNoSecret", in: "eval"},
	{off: "refs follows patterns step by step", file: "internal/access/search.go", old: "v.hidden || v.hide != 0 || v.window", new: "v.hidden || v.window", test: "TestCensusTellsNoSecret", in: "eval"},
	{off: "a key that tells a secret hides its entry from what is walked by single loads", file: "internal/access/reach.go", old: "kinds |= secret.ByName(string(key)) &^ secret.All", new: "_ = key", test: "TestReachIsStepwise", in: "eval"},
	{off: "what is hidden is not named as the owner of a lock", file: "internal/access/owner.go", old: "if v.hidden || !v.val.IsValid() {", new: "if !v.val.IsValid() {", test: "TestDeadlocksHide", in: "eval"},
	{off: "redaction by a tag", file: "internal/access/decide.go", old: "v.hidden = f.Secret", new: "v.hidden = false", test: "TestAttackSecrets", in: "eval"},
	{off: "redaction of what has no name of its own below a telling one", file: "internal/access/decide.go", old: "		if !f.Inherits {\n			v.secrets = 0", new: "		if true {\n			v.secrets = 0", test: "TestSecretsBelowTellingNames"},
	{off: "names of their own below a telling one", file: "internal/access/decide.go", old: "if !f.Inherits {", new: "if false {", test: "TestStructuresBelowTellingNames"},
	{off: "redaction of what a container holds by its own fields", file: "internal/access/decide.go", old: "v.secrets |= up.secrets.OfElements()", new: "", test: "TestOwnFieldsTellNoSecret", in: "eval"},
	{off: "redaction by pattern of what a container holds by its own fields", file: "internal/access/decide.go", old: "v.hidden = v.hidden || up.hide != 0", new: "", test: "TestOwnFieldsTellNoSecret", in: "eval"},
	{off: "redaction of elements below a telling name", file: "internal/access/decide.go", old: "v.secrets = v.secrets.OfElements() | v.visit.types.secretKinds(t)\n		if v.hide", new: "v.secrets = v.visit.types.secretKinds(t)\n		if v.hide", test: "TestSecretsBelowTellingNames"},
	{off: "redaction of keys below a telling name", file: "internal/access/decide.go", old: "v.secrets = v.secrets.OfKeys() | redact.ByType(t)", new: "v.secrets = redact.ByType(t)", test: "TestSecretsBelowTellingNames"},
	{off: "redaction by type", file: "internal/access/internal/redact/redact.go", old: "kinds := byTypeName(kind.Deref(t))", new: "kinds := secret.Kinds(0)", test: "TestAttackSecrets", in: "eval"},
	{off: "redaction by look", file: "internal/secret/look.go", old: "if len(s) < 10 {", new: "if len(s) >= 0 {", test: "TestAttackSecrets", in: "eval"},
	{off: "redaction of texts that are worked out", file: "internal/access/scalar.go", old: "if s, ok := x.(string); ok && secret.In(s) {", new: "if false {", test: "TestAttackSecrets", in: "eval"},
	{off: "redaction of what is described", file: "internal/access/scalar.go", old: "if err == nil && secret.In(text) {", new: "if false {", test: "TestAttackSecrets", in: "eval"},
	{off: "redaction by pattern", file: "internal/access/decide.go", old: "	d.hide, d.calls = hide, calls\n	d.hidden = d.hidden || ends != 0\n", new: "	d.hide, d.calls = hide, calls\n	_ = ends\n", test: "TestHide"},
	{off: "redaction of map entries by their key", file: "internal/access/decide.go", old: "v.secrets |= secret.ByName(name) &^ secret.All", new: "", test: "TestAttackSecrets", in: "eval"},
	{off: "the whole of a long key is its name", file: "internal/access/decide.go", old: "key.AppendBytes(v.visit.key[:0], 0, inspect.MaxKey)", new: "key.AppendBytes(v.visit.key[:0], 0, 256)\n		n = min(n, 256)", test: "TestLongKeys"},
	{off: "redaction by pattern below a lens", file: "internal/access/decide.go", old: "			v.val = v.val.Bare()\n		}\n	case kind.IsText", new: "		}\n	case kind.IsText", test: "TestHideBelowLens"},
	{off: "redaction by pattern below a lens of the application", file: "internal/access/lens.go", old: "ok && v.policy.hide.Reaches(v.hide, v.val.Type())", new: "false", test: "TestHideBelowOwnLens"},
	{off: "redaction by pattern of a byte", file: "internal/access/decide.go", old: "v.hidden = hide.Reaches(v.hide, t)", new: "", test: "TestHideBelowLens"},
	{off: "redaction by a field's name or tag, where fields are read by a FieldCache", file: "internal/access/fieldcache.go", old: "v.hidden || to.hidden || c.matches(v)", new: "v.hidden || c.matches(v)", test: "TestFieldCacheGivesUp"},
	{off: "redaction by pattern, likewise", file: "internal/access/fieldcache.go", old: " && v.hide == c.hide", new: "", test: "TestFieldCacheGivesUp"},
	{off: "redaction by look, likewise", file: "internal/access/fieldcache.go", old: " || secret.In(d.Text)", new: "", test: "TestFieldCacheGivesUp"},
	{off: "redaction by name, type and pattern, in batches", file: "internal/access/batch.go", old: "v.hidden || c.path == nil || !c.matches(v)", new: "v.hidden || c.path == nil", test: "TestBatchesGiveUp"},
	{off: "redaction by look of each lane of a batch", file: "internal/access/batch.go", old: "if int(texts.Ref[lane]) == i {\n				c.Bad.Set(lane)", new: "if int(texts.Ref[lane]) == i && lane != 9 {\n				c.Bad.Set(lane)", test: "TestBatchPolicy"},
	{off: "redaction by the name of each key of a batch", file: "internal/access/batch.go", old: "if int(ref) == i {\n					odd.Set(lane)", new: "if int(ref) == i && lane != 9 {\n					odd.Set(lane)", test: "TestBatchPolicy"},
	{off: "the text of the first lane of a batch is searched for secrets", file: "internal/access/batch.go", old: "if int(texts.Ref[lane]) == i {\n				c.Bad.Set(lane)", new: "if int(texts.Ref[lane]) == i && lane > 0 {\n				c.Bad.Set(lane)", test: "TestEveryLaneIsChecked"},
	{off: "so is the text of the 64th lane", file: "internal/access/batch.go", old: "if int(texts.Ref[lane]) == i {\n				c.Bad.Set(lane)", new: "if int(texts.Ref[lane]) == i && lane != 63 {\n				c.Bad.Set(lane)", test: "TestEveryLaneIsChecked"},
	{off: "so is the text of the last lane", file: "internal/access/batch.go", old: "if int(texts.Ref[lane]) == i {\n				c.Bad.Set(lane)", new: "if int(texts.Ref[lane]) == i && lane+1 < len(texts.Ref) {\n				c.Bad.Set(lane)", test: "TestEveryLaneIsChecked"},
	{off: "the key of the first lane of a batch is looked at", file: "internal/access/batch.go", old: "if int(ref) == i {\n					odd.Set(lane)", new: "if int(ref) == i && lane > 0 {\n					odd.Set(lane)", test: "TestEveryLaneIsChecked"},
	{off: "so is the key of the 64th lane", file: "internal/access/batch.go", old: "if int(ref) == i {\n					odd.Set(lane)", new: "if int(ref) == i && lane != 63 {\n					odd.Set(lane)", test: "TestEveryLaneIsChecked"},
	{off: "a key too long to be looked at hides its entry, in batches", file: "internal/access/batch.go", old: "*odd = b.from.LongKeys(inspect.MaxKey)", new: "*odd = inspect.Mask{}", test: "TestBatchPolicy"},
	{off: "collections of which a pattern names some elements go one by one", file: "internal/access/batch.go", old: "; !ok || v.calls != 0 &&", new: "; !ok && false || v.calls != 0 &&", test: "TestStepByStep"},
	{off: "redaction by the type of each interface's content, in batches", file: "internal/access/opened.go", old: "end.decide(); !end.hidden && end.Shape()", new: "end.decide(); end.Shape()", test: "TestEveryTypeIsAsked"},
	{off: "the second type that interfaces of a batch hold is looked at too", file: "internal/access/opened.go", old: "if c.opened[i].content == t {\n			return &c", new: "if c.opened[i].content == t || i == 0 {\n			return &c", test: "TestEveryTypeIsAsked"},
	{off: "elements of a sync.Map of another type than the first are not read in batches", file: "internal/access/batch.go", old: "		odd.Or(&others)\n", new: "		_ = others\n", test: "TestEveryTypeIsAsked"},
	{off: "nor are those under keys that may name a secret", file: "internal/access/batch.go", old: "n > len(text) || secret.Suspect(text)", new: "n > len(text)", test: "TestEveryTypeIsAsked"},
	{off: "so is the name of the key that such content lies under", file: "internal/access/opened.go", old: "self: true, named: true}", new: "self: true}", test: "TestEveryTypeIsAsked"},
	{off: "a length that no slice has is left to the step by step", file: "eval/internal/scan/length.go", old: "n.vector.Bad.Or(&torn)", new: "_ = torn", test: "TestLengthOfTornSlice", in: "eval"},
	{off: "the element itself keeps the names of integers", file: "eval/internal/compile/predicate.go", old: "case p.Name == \"\":\n", new: "case false:\n", test: "TestBatchesOfNames", in: "eval"},
	{off: "what an interface holds is not told from nil before its type is looked at, in batches", file: "eval/internal/scan/nil.go", old: "if n.Way.Cache.OnlyNil() {", new: "if false {", test: "TestInterfaces", in: "eval"},
	{off: "a pattern for the field that an atomic.Pointer is shown in place of", file: "internal/access/decide.go", old: "v.val.Inner()); ends != 0 {", new: "v.val.Inner()); ends != ends {", test: "TestBatchesOfHiddenAtomics", in: "eval"},
	{off: "a pattern within elements that are shown as one, in batches", file: "internal/access/batch.go", old: "	v.judge()\n	return v", new: "	return v", test: "TestBatchesOfHiddenAtomics", in: "eval"},
	{off: "what a batch reads without a guard is told", file: "internal/access/batch.go", old: "c.wide && !c.readable(v)", new: "false", test: "TestBatchesTellRaces"},
	{off: "the texts of a batch that a function converts are bounded", file: "eval/internal/scan/convert.go", old: "return to, n.steps <= maxSteps", new: "return to, true", test: "TestConvertGivesUp"},
	{off: "the texts of a batch that + makes are bounded", file: "eval/internal/scan/concat.go", old: "return n.buf, steps <= maxSteps", new: "return n.buf, true", test: "TestConcatGivesUp"},
	{off: "a time that is an answer keeps its zone, in batches", file: "eval/internal/scan/scan.go", old: "if v.Kind == inspect.TimeDatum {", new: "if false {", test: "TestTimesKeepTheirZones", in: "eval"},
	{off: "a guard is given back in the middle of a batch", file: "internal/access/batch.go", old: "!b.walk.patient && time.Now().After(b.walk.until)", new: "false", test: "TestBatchGivesGuardBack"},
	{off: "keys are looked at where a field inherits", file: "internal/access/fieldcache.go", old: "return f.Inherits || f.Contained", new: "return f.Inherits && f.Contained", test: "TestBatchPolicy"},
	{off: "no secret is passed over at a glance", file: "internal/secret/glance.go", old: "add(\"iI\", \"cC\", \" \")", new: "add(\"i\", \"c\", \" \")", test: "TestMayHold"},
	{off: "nor is a key of a large cloud", file: "internal/secret/glance.go", old: "add(\"A\", \"KS\", \"I\")", new: "add(\"A\", \"K\", \"I\")", test: "TestMayHold"},
	{off: "nor is a short one", file: "internal/secret/glance.go", old: "if len(s) < 10 {", new: "if len(s) < 20 {", test: "TestMayHold"},
	{off: "nor is a name of a secret", file: "internal/secret/name.go", old: " || hasPrefixFold(name[i:], \"otp\")", new: "", test: "TestSuspect"},
	{off: "redaction around a part of a text", file: "internal/access/text.go", old: "	if len(s) > maxChecked || secret.MayHold(t.buf) {", new: "	if false {", test: "TestSecretInLongText"},
	{off: "keys that are secrets cannot be tried", file: "internal/access/map.go", old: "if redact.LooksSecret(key) {", new: "if false {", test: "TestSecretKeys"},
	{off: "keys that are hidden cannot be tried", file: "internal/access/map.go", old: "if m.hidesKeys() {", new: "if false {", test: "TestHiddenKeysCannotBeTried", in: "eval"},
	{off: "keys in interfaces that are hidden cannot be tried", file: "internal/access/map.go", old: " || m.hidesKey(key)", new: "", test: "TestHiddenKeysCannotBeTried", in: "eval"},
	{off: "a text of a lens that is a secret is replaced by the fields", file: "internal/access/snapshot.go", old: "		s.bareSecretText()\n", new: "", test: "TestSecretInTextOfLens"},
	{off: "samples of a watch leave the answers from before it", file: "eval/variable.go", old: "if e.mode == Sample {", new: "if false {", test: "TestAnswersAreKept"},
	{off: "the sample of a watch is forgotten when it is hidden", file: "eval/variables.go", old: "if all.sample != nil {", new: "if false {", test: "TestSampleOfWhatIsWithdrawn"},
	{off: "what sessions keep is forgotten when it is hidden", file: "eval/variables.go", old: "if !visit.Permits(o) {", new: "if false {", test: "TestForgotten"},
	{off: "what sessions keep is looked at after each change of what is exposed", file: "internal/access/objects.go", old: "	o.version.Add(1)\n", new: "", test: "TestForgotten", in: "eval"},
	{off: "a completion does not vouch for what an evaluation beside it keeps", file: "eval/variable.go", old: "	s.vars.version = min(s.vars.version, e.version)\n", new: "", test: "TestForgottenBesideCompletion"},
	{off: "what variables are made of is known of what is made of these", file: "eval/internal/compile/variable.go", old: "		c.origins = append(c.origins, v.Origins...)\n", new: "", test: "TestForgotten", in: "eval"},
	{off: "nothing is computed with a redacted value", file: "eval/internal/value/redacted.go", old: "if r, ok := x.(Redacted); ok {", new: "if r, ok := x.(Redacted); ok && false {", test: "TestRedaction", in: "eval"},
	{off: "redaction of errors and panics of methods", file: "internal/access/internal/usercode/usercode.go", old: "	if secret.In(s) {\n", new: "	if secret.In(s) && false {\n", test: "TestAttackSecrets", in: "eval"},
	{off: "redaction of what methods return", file: "internal/access/method.go", old: "r.secrets |= secret.ByName(m.name) | redact.ByType(out.Type())", new: "_ = redact.ByType", test: "TestAttackSecrets", in: "eval"},
	{off: "redaction before a long text is charged", file: "internal/access/view.go", old: "return t, t.checkShown()", new: "return t, nil", test: "TestSecretCostsNothing"},
	{off: "absent fields", file: "internal/access/view.go", old: "if f.Absent {", new: "if false {", test: "TestAttackSecrets", in: "eval"},
	{off: "hidden texts are not copied with their element", file: "inspect/keep.go", old: "_, hidden := slices.BinarySearch(untold.At, off); hidden {", new: "_, hidden := slices.BinarySearch(untold.At, off); false && hidden {", test: "TestCostTellsNoSecret", in: "eval"},
	{off: "nor are texts that look like secrets", file: "inspect/keep.go", old: "s.text = untold.StandIn", new: "_ = untold.StandIn", test: "TestCostTellsNoSecret", in: "eval"},
	{off: "a hidden text does not count as long", file: "internal/access/snapshot.go", old: "if v.decide(); v.hidden {", new: "if v.decide(); false {", test: "TestCostTellsNoSecret", in: "eval"},
	{off: "redaction in JSON", file: "inspect/render/json.go", old: "case n.Hidden:", new: "case false:", test: "TestJSON"},
	{off: "no zero field is a hidden one", file: "inspect/render/zero.go", old: "case n.Hidden, n.boxed,", new: "case n.boxed,", test: "TestZeroFieldsHide"},
	{off: "what a connection or logger is called may be hidden", file: "inspect/render/plumbing.go", old: "if src == nil || src.Hidden() {\n\t\t\treturn nil", new: "if src == nil {\n\t\t\treturn nil", test: "TestPlumbing"},
	{off: "redaction of the log", file: "internal/secret/source.go", old: "return In(p.value) || named && !(name && isPlainName(p.value))", new: "return name && false", test: "TestRedactSource"},
	{off: "comments are told from texts in the log", file: "internal/secret/source.go", old: "case strings.HasPrefix(rest, \"/*\"):", new: "case false:", test: "TestRedactSource"},
	{off: "an error is one line", file: "eval/error.go", old: "e.Message = text.Escape(e.Message)", new: "", test: "TestForgedLines"},
	{off: "what does not print is escaped in JSON mode", file: "internal/console/reply.go", old: "return text.EscapeJSON(bytes.TrimSuffix(b.Bytes(), []byte(\"\\n\")))", new: "return bytes.TrimSuffix(b.Bytes(), []byte(\"\\n\"))", test: "TestForgedLines", in: "telnet"},
	{off: "names are escaped in the prompt", file: "internal/console/name.go", old: "text.Escape(n.Program), text.Escape(hostLabel(n.Host))", new: "n.Program, hostLabel(n.Host)", test: "TestPromptName"},
	{off: "a user's lines are told to nobody else", file: "telnet/history.go", old: "if u.of == of {", new: "if true {", test: "TestHistoryOfUser"},
	{off: "lines are kept without secrets", file: "telnet/history.go", old: "text := secret.RedactSource(line)", new: "_, text := secret.RedactSource, line", test: "TestHistoryOfUser"},

	{off: "a client sends no secret to another machine in the clear", file: "telnet/dialer.go", old: "case remote && q.Secret && !d.InsecureRemote:", new: "case false:", test: "TestClientKeepsSecrets"},
	{off: "a prompt keeps no line with a secret", file: "client/history.go", old: "		secret.RedactSource(line) == line\n", new: "		secret.RedactSource(\"\") == \"\"\n", test: "TestHistoryKeepsNoSecrets"},
	// It lets no one in by accident.
	{off: "a prompt runs an action after yes only", file: "client/ask.go", old: "strings.TrimSpace(said) == \"yes\"", new: "said != \"no\"", test: "TestAgreed"},
	{off: "nothing that is pasted is a key", file: "client/keys.go", old: "case !unicode.IsControl(r):", new: "case !unicode.IsControl(r) || true:", test: "TestPaste"},
	{off: "what is pasted waits for Enter", file: "client/keys.go", old: "range strings.Trim(said, \"\\r\\n\")", new: "range said", test: "TestPaste"},
	{off: "a connection that is made again asks nobody", file: "client/connection.go", old: "case c.alone:", new: "case false:", test: "TestAloneAsksNobody"},
	{off: "Tab proposes no name that a shell would run", file: "cmd/sightglass/completion.go", old: "if isPlain(p.Name) {", new: "if true {", test: "TestNamesForShells"},
	{off: "a server proposes no program and no file", file: "client/remote.go", old: "return redirectAt(after) == redirectAt(before) && !isOwn(after)", new: "return true", test: "TestProposalsAreHarmless"},
	{off: "the check for HTTP", file: "telnet/internal/protocol/sniffer.go", old: "if name = s.End(); name != \"\" {", new: "if name = s.End(); false {", test: "TestWebPeers", in: "telnet"},
	{off: "the check for bytes that are not text", file: "telnet/internal/protocol/sniffer.go", old: "if !s.allowed(b) {", new: "if !s.allowed(b) && false {", test: "TestStrangers", in: "telnet"},
	{off: "the check for the greetings of other protocols", file: "telnet/internal/protocol/greeting.go", old: "if name = g.End(); name != \"\" {", new: "if name = g.End(); false {", test: "TestStrangers", in: "telnet"},
	{off: "expressions that divide by a name are not taken for HTTP", file: "telnet/internal/protocol/request.go", old: "|| !request().Match(o.head)", new: "", test: "TestGuests", in: "telnet"},
	{off: "an unknown peer on loopback, from another address, counts as remote", file: "telnet/internal/peer/facts.go", old: "return scopeOfIP(f.Socket.Remote.Addr()) != Loopback", new: "return false", test: "TestAdmits", in: "telnet"},
	{off: "the kernel must list our own end of a connection too", file: "telnet/internal/peer/sockdiag_linux.go", old: "case errOwn != nil || own.inode != inode:", new: "case errOwn != nil || own.inode == 0:", test: "TestOwnersAgree"},
	{off: "a connection that hides its socket can only look", file: "telnet/admit.go", old: "way.highest = Look // LimitLevel may be inside", new: "", test: "TestLimitLevelInside"},
	{off: "each connection carries the level of LimitLevel", file: "telnet/level.go", old: "return &leveledConn{nc, l.highest}, nil", new: "return &leveledConn{nc, Act}, nil", test: "TestLimitLevelInside"},
	{off: "the check of the peer's user", file: "telnet/admit.go", old: "case s.Auth != nil, !w.listener.Local(), w.Trusted():", new: "case s.Auth != nil, !w.listener.Local(), w.UID >= 0:", test: "TestAdmits"},
	{off: "the check for addresses beyond loopback", file: "telnet/listen.go", old: "case !peer.ScopeOf(addr).Local() && !s.secure() && !s.InsecureRemote:", new: "case !peer.ScopeOf(addr).Local() && false:", test: "TestInsecureAddresses"},
	{off: "SIGHTGLASS=off", file: "telnet/server.go", old: "if os.Getenv(\"SIGHTGLASS\") != \"off\" {", new: "if os.Getenv(\"SIGHTGLASS\") != \"off\" || true {", test: "TestOff"},
	{off: "what a server tells a client is escaped", file: "telnet/clientanswer.go", old: "h := Hello{Text: text.Escape(a.Text)}", new: "h := Hello{Text: a.Text}", test: "TestClientAgainstHostileServers"},
	{off: "a folder that others may write to lists no servers", file: "telnet/announce_unix.go", old: " && info.Mode().Perm()&0o022 == 0", new: "", test: "TestProcesses"},
	{off: "what leaves the other end of a tunnel unencrypted gets no secret", file: "client/ssh.go", old: "if !onMachine(at) {", new: "if false {", test: "TestScripts", in: "cmd/sightglass"},
}

// folder returns the folder of the test.
func (m *mutation) folder() string {
	if m.in != "" {
		return m.in
	}
	return filepath.Dir(m.file)
}

// row returns the row of m in the tables of docs/attacks.md.
func (m *mutation) row() string {
	return fmt.Sprintf("| %s | `%s` | `%s` in `%s` |", m.off, m.file, m.test, m.folder())
}

// mutated returns the source of the file without the protection.
func (m *mutation) mutated(t *testing.T) string {
	source := rig.Read(t, m.file)
	if n := strings.Count(source, m.old); n != 1 {
		t.Fatalf("%s has %d times %q, which this mutation changes: change the mutation with the source", m.file, n, m.old)
	}
	return strings.Replace(source, m.old, m.new, 1)
}

// TestMutations: each mutation fits the source, and docs/attacks.md has its row. With -mutate it
// applies each mutation to a copy that the go command builds in place of the file, and checks that
// the test fails:
//
//	go test ./internal/house -run Mutations -mutate -timeout 1h
//
// With -update it writes the rows.
func TestMutations(t *testing.T) {
	if *update {
		writeRows(t)
	}
	attacks := rig.Read(t, "docs/attacks.md")
	for _, row := range turnedOff.FindAllString(attacks, -1) {
		if !slices.ContainsFunc(mutations, func(m mutation) bool { return m.row()+"\n" == row }) {
			t.Errorf("docs/attacks.md has a row that is no mutation's; go test ./internal/house -run Mutations -update\n%s", row)
		}
	}
	for _, m := range mutations {
		t.Run(strings.ReplaceAll(m.off, " ", "-"), func(t *testing.T) {
			source := m.mutated(t)
			if !strings.Contains(attacks, m.row()+"\n") {
				t.Errorf("docs/attacks.md lacks a row; go test ./internal/house -run Mutations -update\n%s", m.row())
			}
			if *mutate {
				m.run(t, source)
			}
		})
	}
}

// turnedOff matches the rows of the tables of protections.
var turnedOff = regexp.MustCompile("(?m)^\\| [^|`]+ \\| `[^|`]+` \\| `\\w+` in `[^|`]+` \\|\\n")

// writeRows makes the rows of docs/attacks.md those of mutations: it drops what is no mutation's,
// and puts each that is missing behind the row of the mutation before it.
func writeRows(t *testing.T) {
	const file = "docs/attacks.md"
	attacks := turnedOff.ReplaceAllStringFunc(rig.Read(t, file), func(row string) string {
		if slices.ContainsFunc(mutations, func(m mutation) bool { return m.row()+"\n" == row }) {
			return row
		}
		return ""
	})
	end := 0 // of the row before
	if first := turnedOff.FindStringIndex(attacks); first != nil {
		end = first[0]
	}
	for _, m := range mutations {
		row := m.row() + "\n"
		if !strings.Contains(attacks, row) {
			attacks = attacks[:end] + row + attacks[end:]
		}
		end = strings.Index(attacks, row) + len(row)
	}
	if err := os.WriteFile(file, []byte(attacks), 0o666); err != nil {
		t.Fatal(err)
	}
}

// run checks that m's test fails with the file replaced by source.
func (m *mutation) run(t *testing.T, source string) {
	file, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	copied, overlay := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: copied}})
	if err := errors.Join(err, os.WriteFile(copied, []byte(source), 0o600), os.WriteFile(overlay, replace, 0o600)); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("go", "test", "-vet=off", "-tags", m.tags, "-count=1", "-timeout=1m", "-run", "^"+m.test+"$", "./"+m.folder())
	// Programs that the test builds must contain the copy too.
	c.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+overlay)
	said, err := c.CombinedOutput()
	switch {
	case err == nil:
		t.Errorf("without the protection %s passes:\n%s", m.test, said)
	case !failed.Match(said):
		t.Errorf("without the protection %s does not run:\n%.2000s", m.test, said)
	}
}

// failed matches the output of a test that has failed, rather than not been built.
var failed = regexp.MustCompile(`(?m)^(\s*--- FAIL: |panic: |fatal error: |SIGSEGV|unexpected fault)`)
