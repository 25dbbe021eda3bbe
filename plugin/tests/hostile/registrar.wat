;; A registrar that does what the first byte of the settings, of the metadata or of an address says, and
;; that is otherwise healthy: it accepts, with the status 201 and nothing else. It knows no network, sees no
;; credential, has windows of an hour, and traps if it is asked for anything else.
(module
  (import "[export]gatepost:registration/registrar@1.0.0" "[resource-new]registrar"
    (func $resource-new (param i32) (result i32)))

  (memory (export "memory") 2)
  ;; Below 1024 are the answers, above is what the host lends for a call.
  (global $free (mut i32) (i32.const 1024))

  (func (export "cabi_realloc") (param $old i32) (param i32) (param i32) (param $size i32)
    (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (local.get $at))

  (func $misbehave (param $how i32)
    (if (i32.eq (local.get $how) (i32.const 0x70)) ;; p: panic
      (then (unreachable)))
    (if (i32.eq (local.get $how) (i32.const 0x6c)) ;; l: loop
      (then (loop $forever (br $forever))))
    (if (i32.eq (local.get $how) (i32.const 0x6d)) ;; m: memory
      (then (loop $forever
        (drop (memory.grow (i32.const 16)))
        (br $forever))))
    (if (i32.eq (local.get $how) (i32.const 0x72)) ;; r: recursion
      (then (drop (call $recurse (i32.const 0))))))

  (func $recurse (param $depth i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get $depth) (i32.const 1))) (i32.const 1)))

  (func (export "gatepost:registration/registrar@1.0.0#[static]registrar.compile")
    (param $settings i32) (param $length i32) (result i32)
    (if (local.get $length)
      (then (call $misbehave (i32.load8_u (local.get $settings)))))
    (i64.store (i32.const 0) (i64.const 0))
    (i32.store (i32.const 4) (call $resource-new (i32.const 1)))
    (i32.const 0))

  (func (export "gatepost:registration/registrar@1.0.0#[method]registrar.warnings")
    (param i32) (result i32)
    (i64.store (i32.const 0) (i64.const 0))
    (i32.const 0))

  (func (export "gatepost:registration/registrar@1.0.0#[method]registrar.web-administration-warning")
    (param i32) (result i32)
    (i32.const 900)) ;; always zero: none

  (func (export "gatepost:registration/registrar@1.0.0#bearer")
    (param i32 i32 i32) (result i32)
    (global.set $free (i32.const 1024))
    (i32.const 900)) ;; always zero: nothing was presented

  (func (export "gatepost:registration/registrar@1.0.0#[method]registrar.register")
    (param $arguments i32) (result i32)
    (local $how i32)
    (if (i32.load (i32.add (local.get $arguments) (i32.const 204)))
      (then (local.set $how
        (i32.load8_u (i32.load (i32.add (local.get $arguments) (i32.const 200)))))))
    (call $misbehave (local.get $how))
    (global.set $free (i32.const 1024))
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 184))
    (i32.store16 (i32.const 12) (i32.const 201))

    (if (i32.eq (local.get $how) (i32.const 0x75)) ;; u: a body that is not UTF-8
      (then
        (i32.store8 (i32.const 512) (i32.const 0xff))
        (i32.store (i32.const 24) (i32.const 512))
        (i32.store (i32.const 28) (i32.const 1))))
    (if (i32.eq (local.get $how) (i32.const 0x6f)) ;; o: a body outside of the memory
      (then
        (i32.store (i32.const 24) (i32.const -16))
        (i32.store (i32.const 28) (i32.const 8))))
    (if (i32.eq (local.get $how) (i32.const 0x65)) ;; e: an effect that does not exist
      (then (i32.store8 (i32.const 32) (i32.const 9))))
    (if (i32.eq (local.get $how) (i32.const 0x61)) ;; a: amplify: 4096 headers, all of them the same 32 KiB
      (then
        (i32.store (i32.const 16) (i32.const 1024))
        (i32.store (i32.const 20) (i32.const 4096))
        (call $headers)))
    (i32.const 0))

  (func $headers
    (local $n i32)
    (loop $next
      (i32.store offset=1028 (i32.mul (local.get $n) (i32.const 16)) (i32.const 32768))
      (i32.store offset=1036 (i32.mul (local.get $n) (i32.const 16)) (i32.const 32768))
      (i32.store offset=1024 (i32.mul (local.get $n) (i32.const 16)) (i32.const 66560))
      (i32.store offset=1032 (i32.mul (local.get $n) (i32.const 16)) (i32.const 66560))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 4096)))))

  (func
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.provision")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.read")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.update")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.rotate-secret")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.rotate-registration-access-token")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.disable")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.enable")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.approve")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.deny")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.remove")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.authorize")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.authenticate")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.usable")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.review")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.review-draft")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.lifecycle")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.client-document")
    (param i32) (result i32)
    (unreachable))

  (func
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.identify")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (unreachable))

  (func
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.network")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.wider-network")
    (param i32) (param $address i32) (param $length i32) (result i32)
    (if (local.get $length)
      (then (call $misbehave (i32.load8_u (local.get $address)))))
    (global.set $free (i32.const 1024))
    (i32.const 900)) ;; always zero: none

  (func
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.window")
    (export "gatepost:registration/registrar@1.0.0#[method]registrar.wider-window")
    (param i32) (result i64)
    (i64.const 3600))

  (func
    (export "gatepost:registration/registrar@1.0.0#[static]registrar.check-terms")
    (param i32 i32) (result i32)
    (unreachable))

  (func
    (export "gatepost:registration/registrar@1.0.0#redirect-uri-matches")
    (param i32 i32 i32 i32) (result i32)
    (unreachable))

  (func (export "gatepost:registration/registrar@1.0.0#[method]registrar.server-metadata")
    (param i32) (result i32)
    (i32.store16 (i32.const 8) (i32.const 0x7d7b)) ;; {}
    (i32.store (i32.const 0) (i32.const 8))
    (i32.store (i32.const 4) (i32.const 2))
    (i32.const 0)))
