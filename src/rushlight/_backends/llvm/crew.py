"""The code of the threads that share a kernel's work: how a caller hands work over and workers wait for it.

Python threads would hand over the interpreter's lock, which takes 60 µs here; these never touch Python. What they
share is a board of 64-bit words:

* `SIGNAL` counts the kernels run so far; a worker that has seen its number change looks at the gate;
* `GATE` says whether there is work to join (`OPEN`) and how many workers have joined. A worker that comes late finds
  it closed, so the caller never waits for one that has not woken yet: it does the work itself in the meantime;
* `NEXT` has a word for each thread: the units are divided among them in parts that follow each other, and the word is
  the next unit of a part. A thread takes from its own part first, then helps with the others'. So kernels that follow
  each other give a thread the same memory again, which its own caches may have (a sum of 16 MB: 102 µs instead of 112
  where threads take what comes next).

Workers look at the signal for some 100 µs, since kernels often follow each other, then sleep in the operating system,
so that an idle crew leaves the processor to others (BLAS has threads of its own).
"""

from __future__ import annotations

from .host import Host
from .ir import BOOL, I32, I64, POINTER, Function, Type, Value, module

SIGNAL, GATE, HIRED, BUSY, SLEEPERS = 0, 64, 128, 192, 256
"""Offsets of words that several threads write to, a cache line each."""
KERNEL, WORDS, UNITS, GRAIN, LIMIT, PARTS = 320, 328, 336, 344, 352, 360
"""Offsets of what the caller writes before it opens the gate."""
LOCK, UNLOCK, WAIT, WAKE = 384, 392, 400, 408
"""Offsets of the addresses of pthread_mutex_lock and its kin, or of Windows' AcquireSRWLockExclusive and its kin."""
MUTEX, CONDITION, NEXT = 512, 640, 1024
"""Offsets of a mutex and a condition variable (at most 64 bytes each where there are pthreads), and of the first of the
words that say what is next."""
MOST_THREADS = 256
SIZE = NEXT + 64 * MOST_THREADS

OPEN = 1 << 32
WITHOUT_END = ", i32 -1, i32 0"
"""What Windows' SleepConditionVariableSRW is told beyond the two places: to wait for any time, and how the lock is
held. pthread_cond_wait takes no notice of it."""
SPINS = 5000
"""Looks at the signal before a worker sleeps; one with its pause takes about 20 ns."""


class _Board:
    """The words of the board, as the code of a function sees them."""

    def __init__(self, function: Function, board: Value, host: Host) -> None:
        self.function = function
        self.board = board
        self.host = host

    def place(self, offset: int | Value) -> Value:
        return self.function.at(self.board, offset)

    def read(self, offset: int, type: Type = I64) -> Value:
        return self.function.load(self.place(offset), type, 8)

    def watch(self, offset: int) -> Value:
        """A word as the other threads have left it."""
        place = self.place(offset)
        return self.function.write(f"load atomic i64, {place!r} seq_cst, align 8", I64, pure=False)

    def publish(self, offset: int | Value, value: int | Value) -> None:
        """Writes a word for the other threads, after everything written before."""
        value = self.function.lift(value, I64)
        self.function.effect(f"store atomic {value!r}, {self.place(offset)!r} seq_cst, align 8")

    def change(self, operation: str, offset: int | Value, value: int | Value) -> Value:
        """Adds to a word, or clears bits of it, in one step; gives what it was."""
        value = self.function.lift(value, I64)
        place = self.place(offset)
        return self.function.write(f"atomicrmw {operation} {place!r}, {value!r} seq_cst", I64, pure=False)

    def swap(self, offset: int, old: int | Value, new: int | Value) -> Value:
        """Replaces a word if it is still `old`; gives whether it was."""
        old, new = self.function.lift(old, I64), self.function.lift(new, I64)
        place = self.place(offset)
        exchange = f"cmpxchg {place!r}, {old!r}, {new!r} seq_cst seq_cst"
        pair = self.function.write(exchange, I64, pure=False)
        return self.function.write(f"extractvalue {{ i64, i1 }} {pair.text}, 1", BOOL, pure=False)

    def system(self, offset: int, *places: int, more: str = "") -> None:
        """Calls one of the operating system's functions on parts of the board."""
        target = self.read(offset, POINTER)
        given = ", ".join(repr(self.place(place)) for place in places) + more
        self.function.write(f"call i32 {target.text}({given})", I32, pure=False)

    def pause(self) -> None:
        """Tells the processor that this thread only waits."""
        if self.host.is_x86:
            self.function.effectful("x86.sse2.pause")
        elif self.host.triple.startswith("aarch64"):  # its own hint, `yield`, takes no time on most
            self.function.effectful("aarch64.isb", self.function.constant(15, I32))

    def work(self, number: int | Value) -> None:
        """Runs the kernel on units of this thread's own part, then of all others', until none are left."""
        function = self.function
        kernel, words = self.read(KERNEL, POINTER), self.read(WORDS, POINTER)
        units, grain, parts = self.read(UNITS), self.read(GRAIN), self.read(PARTS)
        with function.loop(0, parts, name="parts") as turn:
            part = (function.lift(number, I64) + turn) % parts
            stop = units * (part + 1) // parts
            again, run, done = function.label("take"), function.label("run"), function.label("done")
            function.jump(again)
            function.begin(again)
            begin = self.change("add", part * 64 + NEXT, grain)
            function.branch(begin < stop, run, done)
            function.begin(run)
            end = function.where(begin + grain < stop, begin + grain, stop)
            function.effect(f"call void {kernel.text}({words!r}, {begin!r}, {end!r})")
            function.jump(again)
            function.begin(done)


def _worker(host: Host) -> Function:
    """``ptr worker(ptr board)``: what a thread does all its life."""
    function = Function("worker", {"board": POINTER}, result=POINTER)
    board = _Board(function, function.params["board"], host)
    seen, turns = function.variable(0, I64), function.variable(0, I64)
    number = board.change("add", HIRED, 1) + 1
    names = ("wait", "look", "sleep", "doze", "woken", "gate", "try", "room", "joined")
    wait, look, sleep, doze, woken, gate, attempt, room, joined = map(function.label, names)
    function.jump(wait)

    function.begin(wait)
    turns.value = 0
    function.jump(look)

    function.begin(look)
    board.pause()
    turns.value = turns.value + 1
    enough = function.label("enough")
    function.branch(board.watch(SIGNAL) != seen.value, gate, enough)
    function.begin(enough)
    function.branch(turns.value < SPINS, look, sleep)

    function.begin(sleep)
    board.system(LOCK, MUTEX)
    board.change("add", SLEEPERS, 1)
    function.jump(doze)
    function.begin(doze)
    nothing = function.label("nothing")
    function.branch(board.watch(SIGNAL) != seen.value, woken, nothing)
    function.begin(nothing)
    board.system(WAIT, CONDITION, MUTEX, more=WITHOUT_END)
    function.jump(doze)
    function.begin(woken)
    board.change("sub", SLEEPERS, 1)
    board.system(UNLOCK, MUTEX)
    function.jump(gate)

    function.begin(gate)
    seen.value = board.watch(SIGNAL)
    function.jump(attempt)
    function.begin(attempt)
    state = board.watch(GATE)
    function.branch((state & OPEN) != 0, room, wait)
    function.begin(room)
    can = function.label("can")
    function.branch((state & (OPEN - 1)) < board.read(LIMIT), can, wait)
    function.begin(can)
    function.branch(board.swap(GATE, state, state + 1), joined, attempt)
    function.begin(joined)
    board.work(number)
    board.change("sub", GATE, 1)
    function.jump(wait)
    return function


def _run(host: Host) -> Function:
    """``void run(ptr board, ptr kernel, ptr words, i64 units, i64 grain, i64 helpers)``: a kernel, shared out."""
    params = {"board": POINTER, "kernel": POINTER, "words": POINTER, "units": I64, "grain": I64, "helpers": I64}
    function = Function("run", params)
    board = _Board(function, function.params["board"], host)
    kernel, words, units = (function.params[name] for name in ("kernel", "words", "units"))
    names = ("alone", "ask", "share", "wake", "begin", "close", "wait", "free")
    alone, ask, share, wake, begin, close, wait, free = map(function.label, names)
    grain, helpers = function.params["grain"], function.params["helpers"]
    function.branch((helpers < 1) | (units <= grain), alone, ask)
    function.begin(ask)
    function.branch(board.swap(BUSY, 0, 1), share, alone)

    function.begin(alone)  # also while another Python thread has the crew
    function.effect(f"call void {kernel.text}({words!r}, i64 0, {units!r})")
    function.finish()

    function.begin(share)
    parts = helpers + 1
    for offset, value in ((KERNEL, kernel), (WORDS, words), (UNITS, units), (GRAIN, grain), (LIMIT, helpers),
                          (PARTS, parts)):  # fmt: skip
        function.store(value, board.place(offset), 8)
    with function.loop(0, parts, name="parts") as part:
        function.store(units * part // parts, board.place(part * 64 + NEXT), 8)
    board.publish(GATE, OPEN)
    board.change("add", SIGNAL, 1)
    function.branch(board.watch(SLEEPERS) != 0, wake, begin)
    function.begin(wake)
    board.system(LOCK, MUTEX)
    board.system(WAKE, CONDITION)
    board.system(UNLOCK, MUTEX)
    function.jump(begin)
    function.begin(begin)
    board.work(0)
    function.jump(close)
    function.begin(close)
    board.change("and", GATE, ~OPEN)
    function.jump(wait)
    function.begin(wait)
    board.pause()
    function.branch((board.watch(GATE) & (OPEN - 1)) != 0, wait, free)
    function.begin(free)
    board.publish(BUSY, 0)
    function.finish()
    return function


def write_crew(host: Host) -> str:
    """The module with both functions."""
    return module(_worker(host), _run(host))
