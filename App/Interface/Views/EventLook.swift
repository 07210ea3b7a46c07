package import Core
package import Themes

extension FleetEvent {
    /// How it is shown, in the dashboard and by `od events`: as the state that it leads to.
    package var role: Role {
        switch name {
        case .online: .online
        case .errored: .errored
        case .exited where crash == true: .errored
        case .waiting, .restarting: .waiting
        case .stopping: .stopping
        case .stopped, .deleted: .stopped
        case .created, .starting: .starting
        default: .text
        }
    }
}
