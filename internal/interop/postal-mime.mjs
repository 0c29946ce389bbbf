// Reads a mail from standard input and prints what a mail program would make of it.
import PostalMime from 'postal-mime';

const mail = await PostalMime.parse(await new Response(process.stdin).arrayBuffer());
const { messageId, subject, from, to, text, html } = mail;
const attachments = mail.attachments.map(({ filename, mimeType, content }) => ({ filename, mimeType, content: Buffer.from(content).toString('base64') }));
console.log(JSON.stringify({ messageId, subject, from, to, text, html, attachments }));
