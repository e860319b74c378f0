//! Doing what the reconcile table says, many boxes a call where AWS takes many.

use futures::{StreamExt, stream};
use tracing::{info, warn};

use super::{Todo, Todos};
use crate::{
    clock::Clock,
    control::{ControlPlane, PARALLEL, Pass, Troubles},
    error::Error,
    fleet::{Boxes, Fleet, Group, Hook, Lifecycle, Machines, TERMINATE_HOOK},
    id::InstanceId,
    seats::{Seats, Write},
    store::Store,
};

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    pub(super) async fn act(
        &self,
        todos: Todos,
        machines: &Machines,
        group: &Group,
        pass: &mut Pass,
        troubles: &mut Troubles,
    ) {
        let outcome = self.keep_in_service(group).await;
        troubles.take("protection", outcome, ());
        for (todo, ids) in todos {
            // Owned ids, so that the futures are `Send`.
            let each = ids.clone().into_iter();
            match todo {
                Todo::Nothing => {}
                Todo::Receive => {
                    let noted = self.store.arriving(&ids, self.clock.now()).await;
                    troubles.take("receive", noted.map_err(Error::from), ());
                }
                Todo::Start => {
                    let outcome = self.start(&ids).await;
                    troubles.take("start", outcome, 0);
                }
                Todo::Evict | Todo::LetGo | Todo::Abandon | Todo::Terminate => {
                    let acts = each.map(|id| async move {
                        let in_service = group.lifecycle(&id) == Some(Lifecycle::InService);
                        self.bury(todo, &id, in_service).await
                    });
                    pass.dead += count(acts, troubles).await;
                }
                Todo::Admit => {
                    let listed = ids.iter().filter_map(|id| machines.get_key_value(id));
                    let listed = listed.map(|(id, machine)| (id.clone(), machine.clone()));
                    let named = &self.with_names(&listed.collect(), troubles).await;
                    let acts = each.map(|id| async move {
                        match machines.get(&id).filter(|_| named.contains(&id)) {
                            Some(machine) if self.is_ready(machine).await => {
                                self.admit(machine).await.map(|_| true)
                            }
                            _ => Ok(false),
                        }
                    });
                    pass.arrived += count(acts, troubles).await;
                }
                Todo::Stop => {
                    let acts = each.map(|id| async move { self.stray(&id).await });
                    pass.strays += count(acts, troubles).await;
                }
                Todo::Detach => {
                    let home = |id: InstanceId| {
                        let home = machines.get(&id)?.home.clone()?;
                        Some((id, home))
                    };
                    let outcome = self.detach_all(each.filter_map(home).collect()).await;
                    troubles.take("detach", outcome, ());
                }
                Todo::GiveUp => {
                    let acts = each.map(|id| async move { self.give_up(&id).await });
                    pass.strays += count(acts, troubles).await;
                }
            }
        }
    }

    /// Only hotdesk chooses which box goes: neither scale-in nor the balancing of zones may.
    async fn keep_in_service(&self, group: &Group) -> Result<(), Error> {
        if group.balances {
            self.fleet.suspend_balancing().await?;
            warn!("the group balanced its zones: suspended");
        }
        let open = group.members.values();
        let open = open.filter(|m| m.lifecycle == Lifecycle::InService && !m.protected);
        let open: Vec<InstanceId> = open.map(|member| member.instance.clone()).collect();
        if !open.is_empty() {
            let refused = self.fleet.protect(&open).await?;
            warn!(boxes = open.len(), ?refused, "not protected from scale-in: protected now");
        }
        Ok(())
    }

    async fn bury(&self, todo: Todo, id: &InstanceId, in_service: bool) -> Result<bool, Error> {
        match todo {
            Todo::LetGo => {
                let hook = Hook { name: TERMINATE_HOOK.into(), instance: id.clone() };
                self.terminating(&hook).await?;
            }
            Todo::Abandon => {
                self.abandon(id).await?;
                self.dead(id).await?;
            }
            Todo::Terminate => self.discard(id, in_service).await?,
            _ => drop(self.dead(id).await?),
        }
        Ok(true)
    }

    async fn stray(&self, id: &InstanceId) -> Result<bool, Error> {
        let stop = self.store.orphan(id, self.clock.now()).await?;
        info!(instance_id = %id, begun = stop.is_some(), reason = "stray", "stop begun");
        Ok(stop.is_some())
    }

    /// A wake that took too long: the box is stopped again, unless it came back just now.
    pub(in crate::control) async fn give_up(&self, id: &InstanceId) -> Result<bool, Error> {
        if self.seats.give_up_wake(id).await? == Write::Refused {
            return Ok(false);
        }
        warn!(instance_id = %id, "did not wake");
        self.stray(id).await
    }
}

/// How many did something; what fails is noted.
async fn count(
    acts: impl Iterator<Item = impl Future<Output = Result<bool, Error>>>,
    troubles: &mut Troubles,
) -> usize {
    let outcomes: Vec<_> = stream::iter(acts).buffer_unordered(PARALLEL).collect().await;
    let did = outcomes.into_iter().map(|o| usize::from(troubles.take("reconcile", o, false)));
    did.sum()
}
