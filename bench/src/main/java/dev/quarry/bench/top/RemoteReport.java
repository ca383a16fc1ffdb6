// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.rmi.RemoteException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/// Asks a living process for its allocators' reports, by the JDK's attach mechanism and its local JMX agent.
public final class RemoteReport {
    private static final String ALLOCATORS = "dev.quarry:type=Allocator,*";
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private RemoteReport() {}

    /// Asks.
    /// @param pid the process
    /// @return the text of each allocator, by its name in JMX
    /// @throws IOException if the process does not answer; the message is one sentence
    @SuppressWarnings("BanJNDI") // The address is that of the process's own agent, on this machine.
    public static Map<String, String> of(long pid) throws IOException {
        if (ProcessHandle.of(pid).isEmpty()) {
            throw new IOException("there is no process " + pid);
        }
        String address = agentOf(pid);
        try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
            return reports(pid, connector.getMBeanServerConnection());
        } catch (RemoteException gone) {
            // Its own message is of two lines, and names an address that is nobody's concern.
            throw new IOException("process " + pid + " has ended, or does not answer any more", gone);
        } catch (JMException refused) {
            throw new IOException("process " + pid + " did not write its report: " + reason(refused), refused);
        }
    }

    private static String agentOf(long pid) throws IOException {
        VirtualMachine machine;
        try {
            machine = VirtualMachine.attach(Long.toString(pid));
        } catch (AttachNotSupportedException | IOException refused) {
            throw new IOException(
                    "process " + pid + " cannot be attached to: it is no JVM, belongs to another user, or runs with"
                            + " -XX:+DisableAttachMechanism (" + reason(refused) + ")",
                    refused);
        }
        try {
            return machine.startLocalManagementAgent();
        } catch (IOException refused) {
            throw new IOException("the JMX agent of process " + pid + " does not start: " + reason(refused), refused);
        } finally {
            machine.detach();
        }
    }

    /// An allocator shows itself within a tick of its maintenance after the agent has made the server of beans.
    private static Map<String, String> reports(long pid, MBeanServerConnection server) throws IOException, JMException {
        Set<ObjectName> names = server.queryNames(new ObjectName(ALLOCATORS), null);
        long startNs = System.nanoTime();
        while (names.isEmpty() && System.nanoTime() - startNs < PATIENCE_NS) {
            LockSupport.parkNanos(POLL_NS);
            names = server.queryNames(new ObjectName(ALLOCATORS), null);
        }
        if (names.isEmpty()) {
            throw new IOException("process " + pid
                    + " has no allocator of Quarry, or one with quarry.jmx=off, or whose maintenance does not run");
        }
        Map<String, String> reports = new TreeMap<>();
        for (ObjectName name : new TreeSet<>(names)) {
            Object text = server.invoke(name, "report", null, null);
            reports.put(name.getKeyProperty("name"), String.valueOf(text));
        }
        return reports;
    }

    private static String reason(Exception refused) {
        String message = refused.getMessage();
        return message == null
                ? refused.getClass().getSimpleName()
                : message.lines().findFirst().orElse("no reason");
    }
}
