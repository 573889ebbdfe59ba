"""The AWS CLI, loaded once for many commands.

Each line of the input is a command, {"environment": {…}, "arguments": […]}; the line that answers it is {"status": …, "stdout": …, "stderr": …}.
A command runs in a process of its own, forked when all that commands have in common is loaded: what `aws` does in the first second, every time.
"""

import json
import os
import sys
import tempfile

from awscli.clidriver import create_clidriver


def run(driver, command):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.environ.clear()
            os.environ.update(command["environment"])
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            status = driver.main(command["arguments"])
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        _, status = os.waitpid(child, 0)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode())
        return {"status": os.waitstatus_to_exitcode(status), "stdout": said[0], "stderr": said[1]}


def main():
    driver = create_clidriver()
    driver.session.get_service_model("guardduty")
    for line in sys.stdin:
        print(json.dumps(run(driver, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
