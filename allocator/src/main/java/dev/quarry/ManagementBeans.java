// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.slab.Space;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/// One allocator's two beans in the platform's MBean server. The second allocator of a name has `-2` appended to it,
/// and so on.
final class ManagementBeans {
    private final Space space;
    private final MBeanServer server;
    private final List<ObjectName> registered = new ArrayList<>();

    private ManagementBeans(Space space, MBeanServer server) {
        this.space = space;
        this.server = server;
    }

    /// Registers with the platform's server, which is made if it is not there. What it refuses becomes a note.
    static ManagementBeans register(OffHeapAllocator allocator, String name) {
        ManagementBeans beans = new ManagementBeans(allocator.space(), ManagementFactory.getPlatformMBeanServer());
        SharedStats stats = new SharedStats(allocator);
        beans.register(
                "dev.quarry:type=Allocator,name=",
                name,
                (each, objectName) -> new AllocatorBean(allocator, name, stats));
        beans.register(
                "java.nio:type=BufferPool,name=",
                poolName(name),
                (each, objectName) -> new BufferPoolBean(each, objectName, stats));
        return beans;
    }

    /// Among others' pools an allocator, and a child of one, must be known for what it is.
    private static String poolName(String name) {
        String quarry = ConfigOptions.NAME.defaultValue();
        return name.equals(quarry) || name.startsWith(quarry + "/") ? name : quarry + "-" + name;
    }

    private void register(String prefix, String wanted, BeanMaker maker) {
        try {
            for (int number = 1; ; number++) {
                String name = number == 1 ? wanted : wanted + "-" + number;
                ObjectName objectName = new ObjectName(prefix + name);
                if (!server.isRegistered(objectName) && tryRegister(maker.make(name, objectName), objectName)) {
                    registered.add(objectName);
                    return;
                }
            }
        } catch (JMException refused) {
            space.note("JMX refused the bean " + prefix + wanted + ": " + refused);
        }
    }

    private boolean tryRegister(Object bean, ObjectName name) throws JMException {
        try {
            server.registerMBean(bean, name);
            return true;
        } catch (InstanceAlreadyExistsException taken) {
            return false;
        }
    }

    void unregister() {
        for (ObjectName name : registered) {
            try {
                server.unregisterMBean(name);
            } catch (JMException refused) {
                space.note("JMX did not let go of the bean " + name + ": " + refused);
            }
        }
        registered.clear();
    }

    private interface BeanMaker {
        Object make(String name, ObjectName objectName);
    }
}
