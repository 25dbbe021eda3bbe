//! Every order in which several requests can ask one directory.
//!
//! Requests are futures that run on this thread. Each call of the directory is a turn: the request waits until it is
//! chosen, then the call is made to its end, and the request goes on to its next call. What happens between two calls
//! touches nothing that the others see, so that the orders of the calls are all that matters. A search runs the
//! same requests again and again, each time in another order, until there is no other.
//!
//! This is what loom and shuttle do for threads. They take the place of the primitives, which would have to be theirs in
//! tokio and SQLite as well; here the primitives are the real ones.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

thread_local! {
    /// Whether the request that runs now waits for its turn, or has it.
    static TURN: Cell<Turn> = const { Cell::new(Turn::None) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    None,
    Asked,
    Given,
}

/// Waits for a turn, makes the call, and goes on when it is done.
pub async fn in_turn<T>(call: impl Future<Output = T>) -> T {
    poll_fn(|_| match TURN.get() {
        Turn::Given => {
            TURN.set(Turn::None);
            Poll::Ready(())
        }
        Turn::None | Turn::Asked => {
            TURN.set(Turn::Asked);
            Poll::Pending
        }
    })
    .await;
    finished(call)
}

/// Waits on this thread until something is done.
pub fn finished<T>(call: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut call = pin!(call);
    loop {
        match call.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A request, which gives the status of its answer.
pub type Request<'r> = Pin<Box<dyn Future<Output = u16> + 'r>>;

/// Requests that are under way together.
struct Running<'r> {
    request: Option<Request<'r>>,
    state: State,
    /// Whether something that it waited for is there: a lock that another request had.
    woken: Arc<Woken>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// It waits for its turn.
    Asks,
    /// It waits for another request.
    Waits,
    Answered(u16),
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl<'r> Running<'r> {
    fn begin(request: Request<'r>) -> Self {
        let mut running = Self {
            request: Some(request),
            state: State::Waits,
            woken: Arc::default(),
        };
        running.go_on(Turn::None);
        running
    }

    fn may_go_on(&self) -> bool {
        match self.state {
            State::Asks => true,
            State::Waits => self.woken.0.load(Ordering::Acquire),
            State::Answered(_) => false,
        }
    }

    /// Lets it run until it asks for a turn, waits for another, or has answered.
    fn go_on(&mut self, turn: Turn) {
        let Some(request) = &mut self.request else {
            return;
        };
        TURN.set(turn);
        self.woken.0.store(false, Ordering::Release);
        let waker = Waker::from(Arc::clone(&self.woken));
        self.state = match request.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(status) => State::Answered(status),
            Poll::Pending if TURN.get() == Turn::Asked => State::Asks,
            Poll::Pending => State::Waits,
        };
        if matches!(self.state, State::Answered(_)) {
            self.request = None;
        }
    }

    fn step(&mut self) {
        let turn = match self.state {
            State::Asks => Turn::Given,
            State::Waits | State::Answered(_) => Turn::None,
        };
        self.go_on(turn);
    }
}

/// Runs requests in each order, and says how many orders there are. `run` has to begin afresh each time, and is given
/// what runs its requests in the order that is next.
pub fn every_order(mut run: impl FnMut(&mut Order)) -> u64 {
    let mut order = Order::default();
    let mut orders = 0;
    loop {
        order.taken = 0;
        run(&mut order);
        orders += 1;
        // The last choice that could have been another one is another one next time.
        while let Some((chosen, of)) = order.choices.pop() {
            if chosen + 1 < of {
                order.choices.push((chosen + 1, of));
                break;
            }
        }
        if order.choices.is_empty() {
            return orders;
        }
    }
}

/// The order that is next: at each choice, which one of how many requests goes on.
#[derive(Debug, Default)]
pub struct Order {
    choices: Vec<(usize, usize)>,
    taken: usize,
}

impl Order {
    /// Runs requests to their ends, and gives back their statuses. After each step, somebody looks, who is told whose it
    /// was.
    pub fn run(&mut self, requests: Vec<Request<'_>>, mut look: impl FnMut(usize)) -> Vec<u16> {
        let mut running: Vec<_> = requests.into_iter().map(Running::begin).collect();
        loop {
            let ready: Vec<usize> = (0..running.len())
                .filter(|&number| running[number].may_go_on())
                .collect();
            if ready.is_empty() {
                break;
            }
            let number = ready[self.choose(ready.len())];
            running[number].step();
            look(number);
        }
        let statuses = running.iter().map(|running| match running.state {
            State::Answered(status) => status,
            State::Asks | State::Waits => panic!("a request waits for ever: {self:?}"),
        });
        statuses.collect()
    }

    fn choose(&mut self, of: usize) -> usize {
        if self.taken == self.choices.len() {
            self.choices.push((0, of));
        }
        let (chosen, before) = self.choices[self.taken];
        assert_eq!(before, of, "the same order is the same run");
        self.taken += 1;
        chosen
    }
}

#[test]
fn there_are_as_many_orders_as_there_should_be() {
    let seen = RefCell::new(Vec::new());
    let orders = every_order(|order| {
        seen.borrow_mut().push(String::new());
        let request = |name: char| -> Request<'_> {
            let seen = &seen;
            Box::pin(async move {
                for _ in 0..2 {
                    in_turn(async {
                        let mut seen = seen.borrow_mut();
                        seen.last_mut().expect("it has begun").push(name);
                    })
                    .await;
                }
                200
            })
        };
        let statuses = order.run(vec![request('a'), request('b'), request('c')], |_| {});
        assert_eq!(statuses, [200; 3]);
    });
    let mut seen = seen.into_inner();
    seen.sort();
    seen.dedup();
    // 6! / (2! 2! 2!)
    assert_eq!((orders, seen.len()), (90, 90));
}
