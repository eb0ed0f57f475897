// What MDN's HTTP Observatory says of each path that comes in as a line of JSON [path, cookie]; answers in such lines.
// argv: the folder of @mdn/mdn-http-observatory, the host, its ports of https and http.
import { createInterface } from "node:readline";

const [, , folder, host, httpsPort, httpPort] = process.argv;
const { scan } = await import(`${folder}/src/scanner/index.js`);
const accept = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
for await (const line of createInterface({ input: process.stdin })) {
  const [path, cookie] = JSON.parse(line);
  const headers = cookie ? [accept, `Cookie: ${cookie}`] : [accept];
  try {
    const found = await scan(host, { httpsPort, httpPort, path, headers });
    const less = Object.values(found.tests).filter((test) => !test.pass).map((test) => test.result);
    const cookies = found.tests.cookies?.result;
    console.log(JSON.stringify({ path, score: found.scan.score, grade: found.scan.grade, less, cookies }));
  } catch (error) {
    console.log(JSON.stringify({ path, refused: error.message }));
  }
}
