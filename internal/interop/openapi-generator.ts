// The operations the server offers, called by the client that openapi-generator's typescript-fetch makes of the contract.
//
//	node generated/js/openapi-generator.js http://127.0.0.1:8080/api
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import {
  AdjustmentCreateKindEnum, BookingKindEnum, CommunicationApi, CommunicationKind, Configuration, CreditNotesApi, DeliveryState, DocumentKind,
  DocumentSearchKindEnum, DunningHoldKind, DunningRunEntryGuardEnum, DunningRunEntryOutcomeEnum, DunningRunStateEnum, EmailKindEnum, ErrorType, ExtensionsApi,
  IdentitiesApi, IdentityKind, InvoicesApi, InvoiceState, JobStateEnum, ListDocumentsSortEnum, ModelErrorFromJSON, TransactionsApi, type InvoiceUpdate, type ModelError,
} from './generated/client/index.js';

const basePath = process.argv[2];
assert(basePath, 'usage: openapi-generator.js URL');
// The client of this version looks for fetch in window, which Node has not.
const anonymous = new Configuration({ basePath, fetchApi: fetch });
const demo = new Configuration({ basePath, fetchApi: fetch, username: 'demo', password: 'p@55w0rd' });

const identities = new IdentitiesApi(demo);
const invoices = new InvoicesApi(demo);
const creditnotes = new CreditNotesApi(demo);
const communications = new CommunicationApi(demo);
const transactions = new TransactionsApi(demo);
const extensions = new ExtensionsApi(demo);

// refused gives the envelope of a call that must fail. The client throws the response as it is.
async function refused(call: Promise<unknown>, status: number, type: ErrorType): Promise<ModelError> {
  const response = await call.then(() => assert.fail('the call succeeded'), (thrown: unknown) => thrown);
  assert(response instanceof Response, String(response));
  assert.equal(response.status, status);
  const error = ModelErrorFromJSON(await response.json());
  assert.equal(error.code, status);
  assert.equal(error.type, type);
  return error;
}

async function customers() {
  const created = await identities.createIdentity({
    identityCreate: {
      reference: 'OG-K1', kind: IdentityKind.individual, name: { firstname: 'Ada', lastname: 'Lovelace', birthday: new Date('1815-12-10') },
      addresses: [{ street: 'Ringstraße', housenumber: '1', zipcode: '10115', city: 'Berlin', country: 'DE' }],
      emails: [{ email: 'ada@example.com', kind: EmailKindEnum.default }], meta: { source: 'openapi-generator', tags: [1, 'two', null], none: null },
    },
  });
  assert.deepEqual(created.meta, { source: 'openapi-generator', tags: [1, 'two', null], none: null });
  assert.equal(created.name.birthday?.toISOString(), '1815-12-10T00:00:00.000Z');

  const read = await identities.getIdentityRaw({ identityReference: 'OG-K1' });
  assert.deepEqual(await read.value(), created);
  const ifMatch = read.raw.headers.get('ETag');
  assert(ifMatch);
  const change = { identityReference: 'OG-K1', ifMatch, identityUpdate: { detail: { dunning: { delayedUntil: new Date('2030-01-01') } } } };
  const changed = await identities.upsertIdentity(change);
  assert.equal(changed.detail.dunning?.delayedUntil?.toISOString(), '2030-01-01T00:00:00.000Z');
  await refused(identities.upsertIdentity(change), 412, ErrorType.PRECONDITION_FAILED);

  const list = await identities.listIdentities({ query: { reference: { $in: 'OG-K1' }, created: { $gte: '2020-01-01' } }, withTotal: true });
  assert.equal(list.total, 1);
  assert.deepEqual(list.rows.map((row) => row.reference), ['OG-K1']);
}

async function vouchers() {
  const items = [
    { label: 'Coffee', quantity: 3, unit: 'kg', unitprice: '24.95', taxrate: '7', detail: { description: 'Arabica' } },
    { label: 'Grinder', quantity: '1', unit: 'piece', unitprice: 0.1, detail: {} },
  ];
  const draft = { identityReference: 'OG-K1', idempotencyKey: 'og-1', invoiceCreate: { reference: 'OG-1', netbased: true, items } };
  const created = await identities.createInvoice(draft);
  assert.deepEqual([created.total, created.items[1]?.unitprice], ['80.19', '0.10']); // 3 × 24.95 + 7 % + 0.1, no float between
  const replayed = await identities.createInvoiceRaw(draft);
  assert.deepEqual(await replayed.value(), created);
  assert.equal(replayed.raw.headers.get('Idempotent-Replayed'), 'true');
  await refused(identities.createInvoice({ ...draft, invoiceCreate: {} }), 422, ErrorType.IDEMPOTENCY_KEY_REUSED);

  const path = { invoiceReference: 'OG-1' };
  const updated = await invoices.updateInvoice({ ...path, invoiceUpdate: { due: '2030-01-31', label: 'Beans' } });
  assert.equal(updated.due?.toISOString(), '2030-01-31T00:00:00.000Z');
  assert.equal((await invoices.updateInvoice({ ...path, invoiceUpdate: { due: null } })).due, undefined);

  const job = await invoices.commitInvoice({ ...path, invoiceCommit: { data: 'og' } });
  assert.equal(job.result, 'OK');
  const committed = await ended(job.job);
  assert.deepEqual([committed.kind, committed.invoice, committed.data], ['commitInvoice', 'OG-1', 'og']);
  await refused(invoices.commitInvoice({ ...path, invoiceCommit: {} }), 409, ErrorType.CONFLICT_STATE);
  assert.equal((await invoices.getInvoice(path)).committed, true);

  const claim = await extensions.getClaim({ ...path, asOf: new Date('2030-01-31') });
  assert.deepEqual([claim.asOf.toISOString(), claim.principal, claim.periods[0]?.principal], ['2030-01-31T00:00:00.000Z', '80.19', '80.19']);

  const dunningModification = { dunninglevel: 2, startDunningDate: new Date('2030-03-01') };
  const modified = await invoices.modifyDunning({ ...path, idempotencyKey: 'og-level', dunningModification });
  const set = await extensions.getJob({ job: modified.job });
  assert.deepEqual([set.kind, set.state, set.deliveries], ['modifyDunning', JobStateEnum.done, []]);
  const dunning = await extensions.getDunning(path);
  assert.deepEqual([dunning.level, dunning.startDunningDate?.toISOString(), dunning.next?.level, dunning.next?.fee], [2, '2030-03-01T00:00:00.000Z', 3, '2.50']);
  assert.deepEqual(dunning.cycles?.map((cycle) => [cycle.level, cycle.job]), [[2, modified.job]]);
  await refused(invoices.modifyDunning({ ...path, dunningModification: { startDunningDate: new Date('2000-01-01') } }), 400, ErrorType.INVALID_VALUE);
  await runs('OG-1');

  const again = await invoices.resendInvoice({ ...path, invoiceResend: {} });
  assert.notEqual((await ended(again.job)).deliveries?.[0]?.messageId, committed.deliveries?.[0]?.messageId);

  const ofCustomer = await identities.listIdentityInvoices({ identityReference: 'OG-K1', limit: 0, search: { unpaid: { $gt: '80.00' } }, sort: '-created' });
  assert.deepEqual(ofCustomer.map((row) => row.reference), ['OG-1']);
  await walk();
}

// runs holds an invoice back that nobody is to be dunned for yet, and runs what is planned of it: nothing.
async function runs(invoice: string) {
  const hold = await extensions.createDunningHold({ dunningHoldCreate: { invoice, kind: DunningHoldKind.dispute, reason: 'One came broken.', amount: '10.00' } });
  assert.deepEqual((await extensions.listDunningHolds({ invoice, active: true })).map((row) => row.id), [hold.id]);
  assert.deepEqual((await extensions.getDunning({ invoiceReference: invoice })).holds.map((row) => row.amount), ['10.00']);
  assert((await extensions.liftDunningHold({ hold: hold.id, body: {} })).lifted);
  await refused(extensions.liftDunningHold({ hold: hold.id, body: {} }), 409, ErrorType.CONFLICT_STATE);

  const plan = await extensions.createDunningRun({ dunningRunCreate: { dryRun: true, invoices: [invoice] } });
  assert.deepEqual([plan.state, plan.notices, plan.skipped], [DunningRunStateEnum.done, 0, 1]);
  const entries = await extensions.listDunningRunEntries({ run: plan.run, limit: 1 });
  assert.deepEqual(entries.rows.map((row) => [row.invoice, row.outcome, row.guard]), [[invoice, DunningRunEntryOutcomeEnum.skipped, DunningRunEntryGuardEnum.G2]]);
  await refused(extensions.createDunningRun({ dunningRunCreate: { dryRun: true, hash: plan.hash! } }), 400, ErrorType.INVALID_VALUE);
  let run = await extensions.createDunningRun({ idempotencyKey: 'og-run', dunningRunCreate: { hash: plan.hash!, invoices: [invoice] } });
  while (!run.finished) {
    await setTimeout(20);
    run = await extensions.getDunningRun({ run: run.run });
  }
  assert.deepEqual([run.state, run.hash, run.issued], [DunningRunStateEnum.done, plan.hash, 0]);
  assert.deepEqual((await extensions.listDunningRuns({ dryRun: false, limit: 1 })).map((row) => row.run), [run.run]);
}

// ended waits until a job has mailed its document.
async function ended(job: string) {
  for (;;) {
    const now = await extensions.getJob({ job });
    if (!now.finished) {
      await setTimeout(20);
      continue;
    }
    assert.deepEqual([now.state, now.resultcode, now.deliveries?.[0]?.state], [JobStateEnum.done, '0', DeliveryState.accepted], JSON.stringify(now));
    return now;
  }
}

// walk follows the cursor through all open invoices.
async function walk() {
  const query = { pageSize: 5, sort: 'due,-reference', query: { state: { $in: 'none,canceled' }, total: { $gte: '100', $lt: '1000' } } };
  const seen = new Set<string>();
  for (let after: string | undefined; ;) {
    const page = await invoices.listInvoices({ ...query, after });
    page.rows.forEach((row) => seen.add(row.reference));
    after = page.next;
    assert.equal(page.hasMore, after !== undefined);
    if (!after) break;
    assert.equal(page.rows.length, 5);
  }
  const all = await invoices.listInvoices({ ...query, pageSize: 1000 });
  assert.deepEqual([...seen], all.rows.map((row) => row.reference));
  assert(seen.size > 5, 'the demo data has more than a page of them');
}

async function documents() {
  const original = await download('RE12345');
  const imported = await invoices.importExternalDocument({
    invoiceReference: 'OG-1', idempotencyKey: 'og-import',
    file: original, filename: 'OG-1.pdf', kind: CommunicationKind.invoice, description: 'Übergabe',
  });
  assert.equal(imported.voucherReference, 'OG-1');
  assert.deepEqual(await bytes(await download('OG-1')), await bytes(original));
}

// download fetches the document of an invoice that counts, with credentials and by its link.
async function download(invoiceReference: string): Promise<Blob> {
  const [voucher] = await invoices.listDocuments({ invoiceReference, search: { kind: DocumentSearchKindEnum.invoice }, sort: ListDocumentsSortEnum.MinusCreated, limit: 1 });
  const communication = voucher?.communications.filter(({ kind }) => kind === DocumentKind.invoice).at(-1); // the original, once there is one
  assert(communication);
  const { id, publicUrl } = communication;
  const blob = await communications.getCommunicationFile({ id });
  assert.equal(Buffer.from(await bytes(blob)).subarray(0, 5).toString(), '%PDF-');
  const link = Object.fromEntries(new URL(publicUrl).searchParams);
  const guest = new CommunicationApi(anonymous);
  assert.deepEqual(await bytes(await guest.getCommunicationFile({ id, ...link })), await bytes(blob));
  await refused(guest.getCommunicationFile({ id, ...link, expires: '1' }), 403, ErrorType.FORBIDDEN);
  return blob;
}

const bytes = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

async function money() {
  const [creditnote] = (await creditnotes.listCreditnotes({ query: { currency: { $in: 'EUR' } } })).rows;
  assert(creditnote?.corrects);
  assert.deepEqual(await creditnotes.getCreditnote({ creditnoteReference: creditnote.reference }), creditnote);
  const booked = await invoices.listPayments({ invoiceReference: creditnote.corrects });
  const credit = booked.payments.find((entry) => entry.booking.voucher === creditnote.reference);
  assert.equal(credit?.booking.transaction, null);

  const items = [{ label: 'Grinder', quantity: '1', unit: 'piece', unitprice: '0.10', detail: {} }];
  const note = await identities.createCreditnote({ identityReference: 'OG-K1', creditnoteCreate: { reference: 'OG-GS1', invoice: 'OG-1', items } });
  assert.deepEqual([note.corrects, note.total, note.unpaid], ['OG-1', '0.10', '0.00']);
  const transfer = { amount: '80.10', currency: 'EUR', valuedate: new Date('2026-01-31'), label: 'OG-1', assignments: [{ invoice: 'OG-1', amount: '80' }] };
  const paid = await extensions.createTransaction({ idempotencyKey: 'og-transfer', transactionCreate: transfer });
  assert.deepEqual([paid.identity, paid.unallocated], ['OG-K1', '0.10']);
  assert.deepEqual(await transactions.getTransaction({ id: paid.id }), paid);
  const moved = await transactions.listTransactions({ query: { amount: { $gte: '80.10' } }, sort: '-created', pageSize: 1 });
  assert.deepEqual(moved.rows, [paid]);

  const adjusted = { invoiceReference: 'OG-1' };
  const [writeoff] = await extensions.createAdjustment({ ...adjusted, adjustmentCreate: { kind: AdjustmentCreateKindEnum.writeoff, amount: '0.04', reason: 'small change' } });
  assert.deepEqual([writeoff?.kind, writeoff?.transaction], [BookingKindEnum.writeoff, null]);
  await extensions.createAdjustment({ ...adjusted, adjustmentCreate: { kind: AdjustmentCreateKindEnum.reversal, reverses: writeoff!.id, reason: 'it is there' } });
  const assign = { id: paid.id, transactionAssign: { assignments: [{ invoice: 'OG-1', amount: '0.09' }] } };
  assert.equal((await extensions.assignTransaction(assign)).unallocated, '0.01');
  await refused(extensions.assignTransaction(assign), 409, ErrorType.CONFLICT_STATE);
  assert.equal((await invoices.getInvoice({ invoiceReference: 'OG-1' })).state, InvoiceState.paid);
}

// statement is what a bank says of an account: one payment of somebody who is not known.
const statement = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>OG</Id><Acct><Id><IBAN>DE68210501700012345678</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">0.04</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-31</Dt></BookgDt><AcctSvcrRef>OG</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>`;

async function statements() {
  const made = await extensions.createTransactionImport({ idempotencyKey: 'og-statement', file: new Blob([statement]), filename: 'statement.xml' });
  for (;;) {
    const now = await extensions.getTransactionImport({ _import: made.id });
    if (!now.finished) {
      await setTimeout(20);
      continue;
    }
    assert.deepEqual([now.state, now.entries, now.booked, now.unallocated], ['done', 1, 1, 1], JSON.stringify(now));
    return;
  }
}

async function sandbox() {
  const { now } = await extensions.getSandboxClock();
  const later = new Date(now.getTime() + 60_000);
  assert((await extensions.setSandboxClock({ sandboxClockSet: { now: later.toISOString() } })).now >= later);
  await refused(extensions.setSandboxClock({ sandboxClockSet: { now: now.toISOString() } }), 409, ErrorType.CONFLICT_STATE);
}

// What the contract does not allow, the compiler refuses, and the server as well.
async function refusals() {
  const path = { invoiceReference: 'OG-1' };
  // @ts-expect-error: a value of the wrong type
  const invoiceUpdate: InvoiceUpdate = { label: 7 };
  const wrong = await refused(invoices.updateInvoice({ ...path, invoiceUpdate }), 400, ErrorType.INVALID_VALUE);
  assert.deepEqual(wrong.details?.[0]?.fields, ['label']);
  // @ts-expect-error: not one of the kinds of customers
  await refused(identities.createIdentity({ identityCreate: { kind: 'company' } }), 400, ErrorType.INVALID_VALUE);
  // @ts-expect-error: no field to filter by
  await refused(invoices.listInvoices({ query: { colour: 'red' } }), 400, ErrorType.INVALID_VALUE);
  await refused(invoices.getInvoice({ invoiceReference: 'none such' }), 404, ErrorType.NOT_FOUND);
  await refused(new InvoicesApi(anonymous).getInvoice(path), 401, ErrorType.UNAUTHORIZED);
}

async function main() {
  for (const part of [customers, vouchers, documents, money, statements, sandbox, refusals]) await part();
}

main().catch((failure) => {
  console.error(failure);
  process.exitCode = 1;
});
