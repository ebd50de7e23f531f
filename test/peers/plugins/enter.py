# SPDX-License-Identifier: BSD-2-Clause
# A connection of Ansible's to a host or jail on this machine: $ENTER is what
# enters it, with {host} for its name.  With pipelining modules come by standard
# input, so that no file need be copied.
DOCUMENTATION = """
name: enter
short_description: enters a namespace
description: runs commands by what ENTER says
author: jailinit
extends_documentation_fragment: [connection_pipelining]
"""
import os
import shlex

from ansible.plugins.connection.local import Connection as Local


class Connection(Local):
    transport = "enter"
    has_pipelining = True

    def exec_command(self, cmd, in_data=None, sudoable=True):
        enter = os.environ["ENTER"].format(host=self._play_context.remote_addr)
        return super().exec_command(
            enter + " sh -c " + shlex.quote(cmd), in_data=in_data,
            sudoable=sudoable)
