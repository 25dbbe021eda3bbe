//! Checks that a point is on a NIST curve (FIPS 186-5, SP 800-186 §3.2.1). Points are public, so
//! the calculations need not take constant time.

/// The number of 32-bit digits for 521 bits, and for the digits that [`product`] needs above them.
const DIGITS: usize = 17;

/// A number, with its lowest digit first.
type Number = [u32; DIGITS];

/// The curve y² = x³ - 3x + b over the integers modulo a prime.
#[derive(Debug)]
pub(super) struct Curve {
    /// The prime. Each of the three primes is -1 modulo 2³²; [`product`] depends on that.
    prime: Number,
    b: Number,
}

pub(super) static P256: Curve = Curve {
    prime: number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
    b: number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
};

pub(super) static P384: Curve = Curve {
    prime: number(
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
         ffffffff0000000000000000ffffffff",
    ),
    b: number(
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a\
         c656398d8a2ed19d2a85c8edd3ec2aef",
    ),
};

pub(super) static P521: Curve = Curve {
    prime: number(
        "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
         fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ),
    b: number(
        "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109\
         e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    ),
};

impl Curve {
    /// Whether the curve has a point with these coordinates, which have at most 66 octets each.
    pub(super) fn contains(&self, x: &[u8], y: &[u8]) -> bool {
        let prime = &self.prime;
        let (x, y) = (from_octets(x), from_octets(y));
        if !is_less(&x, prime) || !is_less(&y, prime) {
            return false;
        }
        // y² - b = x(x² - 3). Each product is the true one times r, and both sides contain r twice.
        let product = |a: &Number, b: &Number| product(a, b, prime);
        let (one, three) = (from_octets(&[1]), from_octets(&[3]));
        let left = difference(&product(&y, &y), &product(&self.b, &one), prime);
        let right = difference(&product(&x, &x), &product(&three, &one), prime);
        product(&left, &one) == product(&x, &right)
    }
}

/// Returns the product of two numbers below the prime, times r, the inverse of 2^(32 · DIGITS). It
/// is a Montgomery multiplication, one digit of `a` at a time. Because the prime is -1 modulo 2³²,
/// the lowest digit is the number of times that the prime has to be added to make that digit zero.
fn product(a: &Number, b: &Number, prime: &Number) -> Number {
    let mut sum = [0; DIGITS];
    for digit in a {
        let above = add_multiple(&mut sum, *digit, b);
        let lowest = sum[0];
        let above = above + add_multiple(&mut sum, lowest, prime);
        sum.rotate_left(1);
        sum[DIGITS - 1] = above;
    }
    if is_less(&sum, prime) {
        sum
    } else {
        difference(&sum, prime, prime)
    }
}

/// Adds a multiple of a number, and returns the digit above the sum. That digit is small: numbers
/// have at most 521 bits, a multiple has 553, and 544 of them are below the digit.
fn add_multiple(sum: &mut Number, factor: u32, number: &Number) -> u32 {
    let mut carry = 0;
    for (digit, other) in sum.iter_mut().zip(number) {
        (*digit, carry) = factor.carrying_mul_add(*other, *digit, carry);
    }
    carry
}

/// Returns `a - b`, plus the prime if that is negative.
fn difference(a: &Number, b: &Number, prime: &Number) -> Number {
    let mut difference = *a;
    let mut borrow = false;
    for (digit, other) in difference.iter_mut().zip(b) {
        (*digit, borrow) = digit.borrowing_sub(*other, borrow);
    }
    if borrow {
        add_multiple(&mut difference, 1, prime);
    }
    difference
}

fn is_less(a: &Number, b: &Number) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

fn from_octets(octets: &[u8]) -> Number {
    let mut number = [0; DIGITS];
    for (digit, octets) in number.iter_mut().zip(octets.rchunks(4)) {
        *digit = octets.iter().fold(0, |all, o| all << 8 | u32::from(*o));
    }
    number
}

const fn number(hex: &str) -> Number {
    let mut number = [0; DIGITS];
    let mut place = 0;
    while place < hex.len() {
        let value = match hex.as_bytes()[hex.len() - 1 - place] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'a'..=b'f' => digit - b'a' + 10,
            _ => panic!("the number is written in hexadecimal digits"),
        };
        number[place / 8] |= (value as u32) << (4 * (place % 8));
        place += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_what_the_product_relies_on() {
        for curve in [&P256, &P384, &P521] {
            assert_eq!(curve.prime[0], u32::MAX);
            assert!(is_less(&curve.b, &curve.prime));
        }
    }

    /// The base points of SP 800-186 §3.2.1, from which every key of the curve is made.
    #[test]
    fn base_points_are_on_their_curve() {
        let table = [
            (
                &P256,
                "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
                "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
            ),
            (
                &P384,
                "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38\
                 5502f25dbf55296c3a545e3872760ab7",
                "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0\
                 0a60b1ce1d7e819d7a431d7c90ea0e5f",
            ),
            (
                &P521,
                "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3d\
                 baa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
                "11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e66\
                 2c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
            ),
        ];
        for (curve, x, y) in table {
            let octets = |number: Number| -> Vec<u8> {
                number.iter().rev().flat_map(|d| d.to_be_bytes()).collect()
            };
            let (x, y) = (number(x), number(y));
            let zero = [0; DIGITS];
            let next = difference(&y, &number("1"), &curve.prime);
            let negative = difference(&zero, &y, &curve.prime);
            let mut beyond = y;
            add_multiple(&mut beyond, 1, &curve.prime);
            for (x, y, is_on) in [
                (x, y, true),
                (x, negative, true),
                (x, next, false),
                (y, x, false),
                (x, zero, false),
                (zero, y, false),
                (zero, zero, false),
                (x, beyond, false),
                (x, curve.prime, false),
            ] {
                let found = curve.contains(&octets(x)[2..], &octets(y)[2..]);
                assert_eq!(found, is_on, "{x:x?} {y:x?}");
            }
        }
    }
}
