// Starts maildev, a mail server that shows what it is sent, on ports that are free, and says which: maildev's own program
// says that it listens on port 0.
//
//	node maildev.mjs /tmp/mails
import MailDev from 'maildev';
import web from 'maildev/lib/web.js';

const [mailDirectory] = process.argv.slice(2);
const inbox = new MailDev({ ip: '127.0.0.1', smtp: '0', web: '0', mailDirectory, silent: true });
await inbox.listen();
const smtp = inbox.smtp.server.address().port;
console.log(`maildev takes mail at smtp://127.0.0.1:${smtp}?tls=none and shows it at http://127.0.0.1:${web.server.address().port}`);
