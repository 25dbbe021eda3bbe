//! Refresh tokens: rotation, repetition and reuse (requirements G7), in every order of a bounded number of steps.
//!
//! A step is one call of the directory, so that all orders of steps are all ways in which clients, thieves and
//! resource servers can come between each other. Whoever presents a token takes three steps: he looks it up, has it
//! noted if it is [awaited](crate::Token::is_awaited), and looks again. A model of a few lines says what each step
//! gives and what is left, and the directory has to do the same; and three sentences of G7 have to be true of every
//! run, whatever the model says.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use gatepost_plugin::Effect;

use super::given::{add_account, decide, done, new_grant, secret};
use crate::directory::Directory;
use crate::grant::{Change, Exchange, NewToken, Token, TokenKind};
use crate::principal::AccountId;
use crate::secret::SecretHash;

/// When a run begins, in seconds since 1970.
const BEGIN: u64 = 1_000;

/// How long a pause is. The times below are multiples of it, so that their ends are met to the second.
const PAUSE: u64 = 5;

/// For how long a refresh token may be exchanged once more.
const GRACE: u64 = 10;

/// How long a refresh token lives.
const LIFETIME: u64 = 15;

/// How many runs are under way at once, so that they share transactions.
const AT_ONCE: usize = 64;

/// Takes each order of up to so many steps, and says how many there were.
pub(crate) async fn every_order(directory: &dyn Directory, length: usize) -> usize {
    let alice = add_account(directory, "alice").await;
    let mut orders = Vec::new();
    each_order(&mut Vec::new(), &Model::new(None), length, &mut |order| {
        orders.push(order.to_vec());
    });
    for some in orders.chunks(AT_ONCE) {
        let runs = some
            .iter()
            .map(|order| run(directory, alice.id, order, None));
        for outcome in together(runs.collect()).await {
            outcome.unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
    assert!(done(directory.remove_account("alice").await));
    orders.len()
}

/// A model with a mistake is found to differ from the directory by orders of up to so many steps, as a directory with
/// this mistake is found to differ from the model.
pub(crate) async fn mistakes_are_found(directory: &dyn Directory, length: usize) {
    let alice = add_account(directory, "alice").await;
    for mistake in Mistake::ALL {
        let mut shortest: Option<Vec<Step>> = None;
        each_order(&mut Vec::new(), &Model::new(None), length, &mut |order| {
            let is_shorter = shortest.as_ref().is_none_or(|s| order.len() < s.len());
            if is_shorter && seen(order, None) != seen(order, Some(mistake)) {
                shortest = Some(order.to_vec());
            }
        });
        let order = shortest.unwrap_or_else(|| panic!("no order shows {mistake:?}"));
        let difference = run(directory, alice.id, &order, Some(mistake)).await;
        let difference = difference.expect_err("the directory does not make the mistake");
        println!("{mistake:?}: {difference}");
    }
    assert!(done(directory.remove_account("alice").await));
}

/// Each order that the model knows of, those that others begin with included.
fn each_order(begun: &mut Vec<Step>, model: &Model, length: usize, look: &mut dyn FnMut(&[Step])) {
    if !begun.is_empty() {
        look(begun);
    }
    if begun.len() == length {
        return;
    }
    for step in model.possible() {
        let mut next = model.clone();
        next.take(step);
        begun.push(step);
        each_order(begun, &next, length, look);
        begun.pop();
    }
}

/// What a model shows of a run.
fn seen(order: &[Step], mistake: Option<Mistake>) -> (Vec<Outcome>, Vec<Shown>) {
    let mut model = Model::new(mistake);
    let outcomes = order.iter().map(|&step| model.take(step)).collect();
    (outcomes, model.shown())
}

/// Something that happens. The number is that of the answer with the tokens: the first answer is 0, and each exchange
/// gives one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Somebody exchanges the refresh token.
    Exchange(usize),
    /// Somebody presents a token, and it is looked up.
    LookUp(Part, usize),
    /// That it was presented is noted.
    Note,
    /// It is looked up again.
    LookAgain,
    /// The client revokes the access token.
    End(usize),
    /// The client revokes the refresh token.
    EndGrant,
    /// Time passes.
    Pause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Access,
    Refresh,
}

/// What somebody learns by a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Exchanged(Exchange),
    /// The token is good.
    Accepted,
    Refused,
    /// That it was presented is to be noted first.
    Awaited,
    Nothing,
}

/// What the directory shows of an answer's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    access: bool,
    refresh: bool,
    is_spent: bool,
}

/// What somebody could get wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    ReuseIsForgiven,
    RepeatedAnyNumberOfTimes,
    RepeatedAtTheLastSecond,
    RepeatedAfterItExpired,
    ExchangedAfterItExpired,
    PresentingIsNotNoted,
    ExchangingIsNotNoted,
    RevokingIsNotNoted,
    LostAccessTokenStays,
    LostRefreshTokenStays,
    LostRefreshTokenIsForgiven,
}

impl Mistake {
    const ALL: [Self; 11] = [
        Self::ReuseIsForgiven,
        Self::RepeatedAnyNumberOfTimes,
        Self::RepeatedAtTheLastSecond,
        Self::RepeatedAfterItExpired,
        Self::ExchangedAfterItExpired,
        Self::PresentingIsNotNoted,
        Self::ExchangingIsNotNoted,
        Self::RevokingIsNotNoted,
        Self::LostAccessTokenStays,
        Self::LostRefreshTokenStays,
        Self::LostRefreshTokenIsForgiven,
    ];
}

/// G7 in plain words: refresh tokens rotate, reuse revokes; one repetition is allowed for a while, as long as neither
/// the successor nor the access token issued with it was presented; both then die.
#[derive(Clone)]
struct Model {
    now: u64,
    answers: Vec<Answer>,
    /// What is being presented, and whether that is noted.
    presenting: Option<(Part, usize, bool)>,
    /// Steps since the grant ended.
    over: Option<usize>,
    mistake: Option<Mistake>,
}

/// An answer of the token endpoint.
#[derive(Clone)]
struct Answer {
    /// The answer whose refresh token was exchanged for it.
    to: Option<usize>,
    expires_at: u64,
    /// When its refresh token was exchanged first.
    exchanged_at: Option<u64>,
    is_repeated: bool,
    /// Somebody presented a token of it.
    has_arrived: bool,
    /// Another took its place.
    is_lost: bool,
    has_access: bool,
}

impl Model {
    fn new(mistake: Option<Mistake>) -> Self {
        let mut model = Self {
            now: BEGIN,
            answers: Vec::new(),
            presenting: None,
            over: None,
            mistake,
        };
        model.answer(None);
        model
    }

    fn answer(&mut self, to: Option<usize>) {
        self.answers.push(Answer {
            to,
            expires_at: self.now + LIFETIME,
            exchanged_at: None,
            is_repeated: false,
            has_arrived: false,
            is_lost: false,
            has_access: true,
        });
    }

    fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// What may happen next. When the grant has ended, one more step is enough to see that.
    fn possible(&self) -> Vec<Step> {
        if self.over.is_some_and(|steps| steps > 0) {
            return Vec::new();
        }
        let mut steps = vec![Step::Pause];
        for (number, answer) in self.answers.iter().enumerate() {
            steps.push(Step::Exchange(number));
            if self.presenting.is_none() {
                steps.push(Step::LookUp(Part::Access, number));
                steps.push(Step::LookUp(Part::Refresh, number));
            }
            if answer.has_access {
                steps.push(Step::End(number));
            }
        }
        steps.extend(self.presenting.map(|(_, _, is_noted)| match is_noted {
            false => Step::Note,
            true => Step::LookAgain,
        }));
        if self.over.is_none() {
            steps.push(Step::EndGrant);
        }
        steps
    }

    fn take(&mut self, step: Step) -> Outcome {
        self.over = self.over.map(|steps| steps + 1);
        match step {
            Step::Exchange(number) => return Outcome::Exchanged(self.exchange(number)),
            Step::LookUp(part, number) => {
                if self.is_there(part, number) && self.is_awaited(number) {
                    self.presenting = Some((part, number, false));
                    return Outcome::Awaited;
                }
                return self.judge(part, number);
            }
            Step::Note => {
                if let Some((part, number, is_noted)) = &mut self.presenting {
                    *is_noted = true;
                    let (part, number) = (*part, *number);
                    if self.is_there(part, number) && !self.makes(Mistake::PresentingIsNotNoted) {
                        self.answers[number].has_arrived = true;
                    }
                }
            }
            Step::LookAgain => {
                if let Some((part, number, _)) = self.presenting.take() {
                    return self.judge(part, number);
                }
            }
            Step::End(number) => {
                if self.is_there(Part::Access, number) {
                    let is_noted = !self.makes(Mistake::RevokingIsNotNoted);
                    let answer = &mut self.answers[number];
                    answer.has_access = false;
                    answer.has_arrived |= is_noted;
                }
            }
            Step::EndGrant => self.over = self.over.or(Some(0)),
            Step::Pause => self.now += PAUSE,
        }
        Outcome::Nothing
    }

    fn exchange(&mut self, number: usize) -> Exchange {
        if self.over.is_some() {
            return Exchange::Gone;
        }
        let answer = &self.answers[number];
        let is_expired = answer.expires_at <= self.now;
        if !self.is_spent(number) {
            if is_expired && !self.makes(Mistake::ExchangedAfterItExpired) {
                return Exchange::Gone;
            }
            let is_noted = !self.makes(Mistake::ExchangingIsNotNoted);
            let now = self.now;
            let answer = &mut self.answers[number];
            answer.exchanged_at = Some(now);
            answer.has_arrived |= is_noted;
            self.answer(Some(number));
            return Exchange::Done;
        }
        if self.may_be_repeated(number) {
            let keeps_access = self.makes(Mistake::LostAccessTokenStays);
            for successor in &mut self.answers {
                if successor.to == Some(number) {
                    successor.is_lost = true;
                    successor.has_access &= keeps_access;
                }
            }
            self.answers[number].is_repeated = true;
            self.answer(Some(number));
            return Exchange::Repeated;
        }
        if answer.is_lost && self.makes(Mistake::LostRefreshTokenIsForgiven) {
            return Exchange::Gone;
        }
        if !self.makes(Mistake::ReuseIsForgiven) {
            self.over = Some(0);
        }
        Exchange::Reused
    }

    fn may_be_repeated(&self, number: usize) -> bool {
        let answer = &self.answers[number];
        let is_in_time = answer.exchanged_at.is_some_and(|at| {
            let is_last_second = self.now == at + GRACE;
            self.now < at + GRACE || is_last_second && self.makes(Mistake::RepeatedAtTheLastSecond)
        });
        let is_alive = self.now < answer.expires_at || self.makes(Mistake::RepeatedAfterItExpired);
        let is_first = !answer.is_repeated || self.makes(Mistake::RepeatedAnyNumberOfTimes);
        let mut answers = self.answers.iter();
        let has_arrived = answers.any(|other| other.to == Some(number) && other.has_arrived);
        is_in_time && is_alive && is_first && !has_arrived
    }

    /// Whether it matters that the answer arrives: what it answers could be repeated still.
    fn is_awaited(&self, number: usize) -> bool {
        let answer = &self.answers[number];
        answer.to.is_some_and(|to| {
            let before = &self.answers[to];
            let is_in_time = before.exchanged_at.is_some_and(|at| self.now < at + GRACE);
            let mut answers = self.answers.iter();
            let has_arrived = answers.any(|other| other.to == Some(to) && other.has_arrived);
            is_in_time && !before.is_repeated && !has_arrived
        })
    }

    fn is_there(&self, part: Part, number: usize) -> bool {
        let has_it = match part {
            Part::Access => self.answers[number].has_access,
            Part::Refresh => true,
        };
        self.over.is_none() && has_it
    }

    fn is_spent(&self, number: usize) -> bool {
        let answer = &self.answers[number];
        let is_lost = answer.is_lost && !self.makes(Mistake::LostRefreshTokenStays);
        answer.exchanged_at.is_some() || is_lost
    }

    fn judge(&self, part: Part, number: usize) -> Outcome {
        let is_good = self.is_there(part, number)
            && match part {
                Part::Access => true,
                Part::Refresh => {
                    !self.is_spent(number) && self.now < self.answers[number].expires_at
                }
            };
        match is_good {
            true => Outcome::Accepted,
            false => Outcome::Refused,
        }
    }

    fn shown(&self) -> Vec<Shown> {
        (0..self.answers.len())
            .map(|number| Shown {
                access: self.is_there(Part::Access, number),
                refresh: self.over.is_none(),
                is_spent: self.over.is_none() && self.is_spent(number),
            })
            .collect()
    }
}

/// A run on a grant of its own.
struct Run<'d> {
    directory: &'d dyn Directory,
    now: u64,
    /// The access token and the refresh token of each answer.
    answers: Vec<(SecretHash, SecretHash)>,
    presenting: Option<(Part, usize)>,
}

/// Takes the steps, and says where the directory and the model differ, or what is true of G7 no more.
async fn run(
    directory: &dyn Directory,
    account: AccountId,
    order: &[Step],
    mistake: Option<Mistake>,
) -> Result<(), String> {
    let mut model = Model::new(mistake);
    let mut run = Run {
        directory,
        now: BEGIN,
        answers: Vec::new(),
        presenting: None,
    };
    let granted = Change::Grant {
        grant: new_grant("mail", Some(account)),
        tokens: run.answer(),
    };
    decide(directory, Effect::None, vec![granted]).await;
    let first = done(directory.token(run.answers[0].1).await).expect("it was issued");

    let mut outcomes = Vec::new();
    for &step in order {
        let (expected, found) = (model.take(step), run.take(step, &first).await);
        outcomes.push(found);
        if found != expected {
            return Err(format!("{order:?} gave {outcomes:?}, not {expected:?}"));
        }
    }
    let (expected, found) = (model.shown(), run.shown().await);
    done(directory.end_grant(first.grant.id).await);
    if found != expected {
        return Err(format!("{order:?} left {found:?}, not {expected:?}"));
    }
    match broken(order, &outcomes) {
        None => Ok(()),
        Some(promise) => Err(format!("{order:?} gave {outcomes:?}: {promise}")),
    }
}

impl Run<'_> {
    /// Draws an answer.
    fn answer(&mut self) -> Vec<NewToken> {
        let (access, refresh) = (secret(), secret());
        self.answers.push((access, refresh));
        [
            (access, TokenKind::Access, 1_000),
            (refresh, TokenKind::Refresh, LIFETIME),
        ]
        .map(|(hash, kind, lifetime)| NewToken {
            hash,
            kind,
            data: String::new(),
            issued_at: self.now,
            expires_at: self.now + lifetime,
        })
        .into()
    }

    fn hash(&self, part: Part, number: usize) -> SecretHash {
        let (access, refresh) = self.answers[number];
        match part {
            Part::Access => access,
            Part::Refresh => refresh,
        }
    }

    async fn token(&self, part: Part, number: usize) -> Option<Token> {
        done(self.directory.token(self.hash(part, number)).await)
    }

    async fn take(&mut self, step: Step, first: &Token) -> Outcome {
        match step {
            Step::Exchange(number) => {
                let spent = self.hash(Part::Refresh, number);
                let issued = self.answer();
                let exchanged = self.directory.exchange(spent, issued, GRACE, self.now);
                let exchange = done(exchanged.await);
                if !matches!(exchange, Exchange::Done | Exchange::Repeated) {
                    self.answers.pop();
                }
                return Outcome::Exchanged(exchange);
            }
            Step::LookUp(part, number) => {
                let found = self.token(part, number).await;
                if found
                    .as_ref()
                    .is_some_and(|token| token.is_awaited(self.now))
                {
                    self.presenting = Some((part, number));
                    return Outcome::Awaited;
                }
                return self.judge(found);
            }
            Step::Note => {
                if let Some((part, number)) = self.presenting {
                    done(self.directory.present(self.hash(part, number)).await);
                }
            }
            Step::LookAgain => {
                if let Some((part, number)) = self.presenting.take() {
                    return self.judge(self.token(part, number).await);
                }
            }
            Step::End(number) => {
                let access = self.hash(Part::Access, number);
                done(self.directory.end_token(access).await);
            }
            Step::EndGrant => {
                done(self.directory.end_grant(first.grant.id).await);
            }
            Step::Pause => self.now += PAUSE,
        }
        Outcome::Nothing
    }

    /// As the server does.
    fn judge(&self, found: Option<Token>) -> Outcome {
        match found {
            Some(token) if !token.is_spent && self.now < token.expires_at => Outcome::Accepted,
            _ => Outcome::Refused,
        }
    }

    async fn shown(&self) -> Vec<Shown> {
        let mut shown = Vec::new();
        for number in 0..self.answers.len() {
            let refresh = self.token(Part::Refresh, number).await;
            shown.push(Shown {
                access: self.token(Part::Access, number).await.is_some(),
                is_spent: refresh.as_ref().is_some_and(|token| token.is_spent),
                refresh: refresh.is_some(),
            });
        }
        shown
    }
}

/// The sentence of G7 that a run does not keep. This knows nothing of the model.
fn broken(order: &[Step], outcomes: &[Outcome]) -> Option<&'static str> {
    // For each answer, which one it took the place of, how often its refresh token was exchanged, and whether a token of
    // it was good for something.
    let mut answers = vec![(None, 0, false)];
    let mut presenting = None;
    let mut is_over = false;
    for (step, outcome) in order.iter().zip(outcomes) {
        match (*step, *outcome) {
            (Step::Exchange(number), Outcome::Exchanged(Exchange::Done | Exchange::Repeated)) => {
                answers[number].1 += 1;
                answers[number].2 = true;
                answers.push((Some(number), 0, false));
            }
            (Step::Exchange(_), Outcome::Exchanged(Exchange::Reused)) => is_over = true,
            (Step::LookUp(_, number), Outcome::Awaited) => presenting = Some(number),
            (Step::LookUp(..) | Step::LookAgain, Outcome::Accepted) if is_over => {
                return Some("what was issued is good although a refresh token was reused");
            }
            (Step::LookUp(_, number), Outcome::Accepted) => answers[number].2 = true,
            (Step::LookAgain, Outcome::Accepted) => answers[presenting?].2 = true,
            _ => {}
        }
    }
    if answers.iter().any(|(_, exchanges, _)| *exchanges > 2) {
        return Some("a refresh token was repeated twice");
    }
    let used = |number| {
        let used = answers
            .iter()
            .filter(|(to, _, is_used)| *to == Some(number) && *is_used);
        used.count()
    };
    (0..answers.len())
        .any(|number| used(number) > 1)
        .then_some("of two answers to one refresh token, both were used")
}

/// Waits for all of them at once.
async fn together<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<Pin<Box<_>>> = futures.into_iter().map(Box::pin).collect();
    let mut ready: Vec<Option<T>> = pending.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, ready) in pending.iter_mut().zip(&mut ready) {
            if ready.is_none()
                && let Poll::Ready(output) = future.as_mut().poll(context)
            {
                *ready = Some(output);
            }
        }
        match ready.iter().all(Option::is_some) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    ready.into_iter().flatten().collect()
}
